// Stage "view": pages through intent → draws → scores → commands, one intent a page. Not for: the terminal itself,
// which a tool lends (Terminal).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/data/record.hpp"

namespace udrl::inspect {

struct ViewOptions {
  std::filesystem::path input;    ///< samples, scored or tagged records; a folder of splits counts as all of them
  std::string task;               ///< only this task
  std::string find;               ///< begin at the first intent or answer that holds this
  int first = 5;                  ///< pages printed where there is no terminal
  std::uint64_t limit = 100'000;  ///< records read; 0: all
};

void declare(OptionSet& set, ViewOptions& options);

struct ViewStyle {
  bool colour = false;
  int width = 100;
};

/// All draws of one intent.
struct IntentPage {
  data::Intent intent;
  std::string split;
  std::vector<data::Record> draws;  ///< by task, best return (else relevance) first
};

std::vector<IntentPage> read_pages(const ViewOptions& options);
std::string render(const IntentPage& page, const ViewStyle& style);

/// What is shown and what the keys do: n, space or Enter next, p previous, g first, G last, / search (Enter alone: the
/// same again), q quit.
class Browser {
 public:
  Browser(std::vector<IntentPage> pages, ViewStyle style);
  /// The page and a status line.
  std::string screen() const;
  /// False when it is over.
  bool press(char key);
  /// Goes to the next page, from this one on, whose intent or answers hold `text` whatever the case; false if there is
  /// none.
  bool find(std::string_view text, std::size_t from);
  std::size_t position() const { return position_; }

 private:
  bool press_command(char key);
  void press_query(char key);
  std::vector<IntentPage> pages_;
  ViewStyle style_;
  std::size_t position_ = 0;
  std::optional<std::string> typing_;  ///< the query while it is typed
  std::string query_, message_;
};

/// What a tool lends: a place to write, and keys where a person sits there.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual bool interactive() const = 0;
  virtual ViewStyle style() const = 0;
  virtual void clear() = 0;
  virtual void write(std::string_view text) = 0;
  /// The next key, or nothing at the end of input or when a stop is requested.
  virtual std::optional<char> read_key() = 0;
};

/// Pages through the input; prints the first pages and ends where nobody can press a key.
void view_records(const ViewOptions& options, Terminal& terminal);

}  // namespace udrl::inspect
