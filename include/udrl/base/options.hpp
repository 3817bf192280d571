// Options declared once: flags, TOML keys, --help and the resolved config beside each output come from one declaration.
// Not for: choosing what to run (tool.hpp).
//
//     void declare(OptionSet& set, TagOptions& o) {
//       set.add("bins", o.bins, "how many return bins").range(1, 10);
//       set.add("input", o.input, "folder of scored shards").required();
//     }
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "udrl/base/enum_names.hpp"

namespace udrl {

/// A value of any shape, as JSON text: what is handed on to somebody else and means nothing here.
struct JsonValue {
  std::string text;
  bool operator==(const JsonValue&) const = default;
};
/// Such values by name.
using JsonTable = std::map<std::string, JsonValue>;

/// An enumeration (`T` is std::string) or a list of its values (`T` is a list of strings), read and set by name.
template <class T>
struct NamedTarget {
  std::function<T()> get;
  std::function<void(const T&)> set;
};

/// The types an option can have.
using OptionTarget =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::filesystem::path*,
                 std::vector<std::string>*, std::vector<double>*, std::vector<int>*, std::map<std::string, double>*,
                 JsonTable*, NamedTarget<std::string>, NamedTarget<std::vector<std::string>>>;

class Option {
 public:
  Option(std::string name, OptionTarget target, std::string help);
  /// Inclusive range of a number, or of each number of a list or table.
  Option& range(double low, double high);
  /// The values that a text, or each text of a list, may have; for a table the keys that it may have.
  Option& choices(std::vector<std::string> values);
  Option& required();
  /// Has no influence on what is written (threads, verbosity): left out when two runs' configs are compared.
  Option& runtime_only();
  /// For an option that came later: while it has its default, it too is left out when configs are compared, so that
  /// folders made before it was there go on.
  Option& came_later();
  /// The text names an environment variable that holds a secret. One that can be no such name, and rather is the secret
  /// itself, is refused before anything is written, and never shown.
  Option& names_secret();
  /// A second, one-letter flag: `letter('n')` is `-n`.
  Option& letter(char c);

  const std::string& name() const { return name_; }
  /// "--max-tokens"; an option of one letter is "-n".
  std::string flag() const;
  const OptionTarget& target() const { return target_; }
  const std::string& help() const { return help_; }
  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<std::string>& allowed() const { return choices_; }
  bool is_required() const { return required_; }
  bool is_runtime_only() const { return runtime_only_; }
  bool is_secret_name() const { return names_secret_; }
  /// Whether it counts when two runs' configs are compared.
  bool is_compared() const;
  char letter() const { return letter_; }
  /// Who set the value: "default", "--flag" or "file.toml:12".
  const std::string& source() const { return source_; }
  void set_source(std::string source) { source_ = std::move(source); }

 private:
  std::string name_;
  OptionTarget target_;
  std::string help_;
  double low_ = -std::numeric_limits<double>::infinity();
  double high_ = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices_;
  bool required_ = false;
  bool runtime_only_ = false;
  bool names_secret_ = false;
  std::string left_out_;  ///< the value, as JSON, with which it is not compared; "": none
  char letter_ = 0;
  std::string source_ = "default";
};

/// Names are kebab-free: `max_tokens` is `--max-tokens` on the command line and `max_tokens` in TOML; `model.slots` is
/// `--model.slots` and key `slots` of table `[model]`. Lists are written `--tasks image,template` or by repeating the
/// flag, tables `--weights relevance=1,copying=0.5`, switches `--resume` and `--no-resume`. A list or table that is
/// given replaces the default one. A table of values of any shape has a flag an entry, `--teacher.extra name=value`,
/// the value as in TOML or a bare text. The targets must outlive the set.
class OptionSet {
 public:
  OptionSet();
  ~OptionSet();
  OptionSet(OptionSet&&) noexcept;
  OptionSet& operator=(OptionSet&&) noexcept;

  /// Throws std::logic_error (a bug) where the name is taken, or is `config` or `help`, which every set has.
  Option& add(std::string name, OptionTarget target, std::string help);
  /// Overload taking references, for `set.add("bins", o.bins, "…")`.
  template <class T>
  Option& add(std::string name, T& target, std::string help) {
    return add(std::move(name), OptionTarget{&target}, std::move(help));
  }

  /// An option whose values are those of an enumeration (enum_names.hpp), or some of them in a list.
  template <NamedEnum T>
  Option& add_enum(std::string name, T& target, std::string help) {
    const NamedTarget<std::string> by_name{[&target] { return to_string(target); },
                                           [&target](const std::string& text) { target = *from_name<T>(text); }};
    return add(std::move(name), OptionTarget{by_name}, std::move(help)).choices(all_names<T>());
  }
  template <NamedEnum T>
  Option& add_enum(std::string name, std::vector<T>& target, std::string help) {
    using Names = std::vector<std::string>;
    const NamedTarget<Names> by_name{[&target] {
                                       Names names;
                                       for (const T value : target) names.push_back(to_string(value));
                                       return names;
                                     },
                                     [&target](const Names& names) {
                                       target.clear();
                                       for (const std::string& text : names) target.push_back(*from_name<T>(text));
                                     }};
    return add(std::move(name), OptionTarget{by_name}, std::move(help)).choices(all_names<T>());
  }

  /// Reads a TOML file. An unknown key is refused with the nearest known one; a wrong type or a value out of range with
  /// file and line. What a flag has set stays.
  void read_toml(const std::filesystem::path& file);
  /// Flags win over the files named by --config (several are read in their order). Throws `Error` (user). Returns false
  /// if
  /// --help was asked for and printed into `help`.
  bool parse(const std::vector<std::string>& arguments, const std::string& program, std::string* help);
  /// Checks ranges, choices and required options; called by both of the above's users once at the end.
  void validate() const;

  /// In the order of their declaration. Good as long as the set lives.
  std::vector<const Option*> options() const;

  /// Every option with its default and range, grouped by table, wrapped at 100 columns.
  std::string help_text() const;
  /// The resolved values as one flat JSON object of dotted names, keys sorted; numbers round-trip. `with_runtime` false
  /// leaves out what is not compared (`runtime_only`, `came_later`).
  std::string to_json(bool with_runtime = true) const;

 private:
  Option* find(const std::string& name) const;
  std::vector<std::string> names() const;

  std::vector<std::unique_ptr<Option>> options_;
};

/// The candidate nearest to `word` by edit distance, or "" if none is near (letter case and - or _ do not count).
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace udrl
