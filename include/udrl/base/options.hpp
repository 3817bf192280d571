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
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace udrl {

/// The types an option can have. Enumerations are strings with `choices`.
using OptionTarget = std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::filesystem::path*,
                                  std::vector<std::string>*, std::vector<double>*, std::vector<int>*,
                                  std::map<std::string, double>*>;

class Option {
 public:
  Option(std::string name, OptionTarget target, std::string help);
  /// Inclusive range of a number, or of each number of a list.
  Option& range(double low, double high);
  Option& choices(std::vector<std::string> values);
  Option& required();
  /// Has no influence on what is written (threads, verbosity): left out when two runs' configs are compared.
  Option& runtime_only();

  const std::string& name() const { return name_; }

 private:
  friend class OptionSet;
  std::string name_;
  OptionTarget target_;
  std::string help_;
  double low_ = -std::numeric_limits<double>::infinity();
  double high_ = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices_;
  bool required_ = false;
  bool runtime_only_ = false;
  std::string source_ = "default";  ///< "default", "--flag" or "file.toml:12"
};

/// Names are kebab-free: `max_tokens` is `--max-tokens` on the command line and `max_tokens` in TOML; `model.slots` is
/// `--model.slots` and key `slots` of table `[model]`.
class OptionSet {
 public:
  OptionSet();
  ~OptionSet();
  OptionSet(OptionSet&&) noexcept;
  OptionSet& operator=(OptionSet&&) noexcept;

  Option& add(std::string name, OptionTarget target, std::string help);
  /// Overload taking references, for `set.add("bins", o.bins, "…")`.
  template <class T>
  Option& add(std::string name, T& target, std::string help) {
    return add(std::move(name), OptionTarget{&target}, std::move(help));
  }

  /// Reads a TOML file. An unknown key is refused with the nearest known one; a wrong type or a value out of range with
  /// file and line.
  void read_toml(const std::filesystem::path& file);
  /// Flags win over the file named by --config. Throws `Error` (user). Returns false if --help was asked for and printed
  /// into `help`.
  bool parse(const std::vector<std::string>& arguments, const std::string& program, std::string* help);
  /// Checks ranges, choices and required options; called by both of the above's users once at the end.
  void validate() const;

  /// The resolved values as a JSON object, keys sorted. `with_runtime` false leaves out what cannot change the output.
  std::string to_json(bool with_runtime = true) const;

 private:
  std::vector<std::unique_ptr<Option>> options_;
};

/// The candidate nearest to `word` by edit distance, or "" if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace udrl
