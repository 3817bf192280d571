// Asks from a file or a pipe, one a line. Not for: intents to distil (distill/intents.hpp).
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/fields.hpp"
#include "udrl/data/text_lines.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::inference {

/// Sets what stands there of `task`, `words` (which takes `want_words` back), `want_words`, `return`, `have`,
/// `nearest`. Words and a return may be numbers or texts. Throws `Error` (user) that names the field.
void read_ask(const data::Fields& fields, Ask& ask);

/// An ask, and where it stands ("mine.txt:3"; "" where it does not come from a file).
struct PlacedAsk {
  Ask ask;
  std::string place = {};
};

/// Plain text, an intent a line; or, where the first line that is not empty is a JSON object or the file's name ends
/// with .jsonl, .ndjson or .json, a JSON object a line: `intent`, and where they differ from the usual ask the fields
/// of `read_ask`. Other fields are not looked at, empty lines are skipped. In flat memory.
class AskLines {
 public:
  /// "-" is standard input. `usual` is asked where a line does not say otherwise, for each of `tasks` in turn where it
  /// names none.
  AskLines(const std::filesystem::path& file, Ask usual, std::vector<std::string> tasks);
  /// Nothing at the end. Throws `Error` (user) with file and line.
  std::optional<PlacedAsk> next();
  /// Whether `next` answers without waiting for whoever writes into a pipe.
  bool ready() const { return !waiting_.empty() || lines_.ready(); }

 private:
  void read_line();

  data::TextLines lines_;
  Ask usual_;
  std::vector<std::string> tasks_;
  std::deque<PlacedAsk> waiting_;  ///< of the line that was read, for further tasks
  std::optional<bool> is_json_;    ///< not known before the first line
};

}  // namespace udrl::inference
