// JSON from outside: one way to parse it, one to read its fields and one to write it, for all stages. Each error names
// what is wrong, what was expected and what was found. Not for: lines of shards (lines.hpp), which come here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/data/record.hpp"

namespace udrl::data {

using OrderedJson = nlohmann::ordered_json;  ///< keys as they were put in

/// Lists, objects and what is in them, all together. A value takes up to 230 bytes however short its text is, and twice
/// that where a reader makes another thing of it: so no text of JSON takes 1 GiB. The most that are known, tokenizers
/// of 260,000 pieces with 580,000 merges, have two million.
inline constexpr std::size_t most_json_values = 2'500'000;

/// Throws `Error` (user) with the reason and its place within the text: no JSON, no UTF-8, nested more than 64 deep,
/// more than 64 MiB or `most_json_values`, a key that stands twice in one object (most parsers keep one of the two and
/// say nothing).
Json parse_json(std::string_view text);
/// Which of its limits a text goes beyond, in a few words; "" where it does not. Nothing is parsed.
std::string json_excess(std::string_view text);
/// Throws what `parse_json` does of such a text: for who says more of one that is no JSON than of one that is too much.
void check_json_excess(std::string_view text);
/// The same as `parse_json` without an error, for who has a better one: `is_discarded()` where the text is no JSON or
/// `json_excess`. Of a key that stands twice the last value counts.
Json json_or_discarded(std::string_view text);
/// Where it has more than 10,000 keys, too.
OrderedJson ordered_json_or_discarded(std::string_view text);
bool is_json(std::string_view text);
/// The document that a file holds, which has 64 MiB at most (files.hpp). Errors name file and line.
Json read_json(const std::filesystem::path& file);

/// On one line, without its end; what is not UTF-8 becomes U+FFFD, what is not a finite number null.
std::string json_line(const Json& json);
std::string json_line(const OrderedJson& json);
/// The same for people: two spaces a level, with a line's end.
std::string json_document(const Json& json);
std::string json_document(const OrderedJson& json);
/// A document, in one step: a reader finds the old file or the whole new one.
void write_json(const std::filesystem::path& file, const Json& json);
void write_json(const std::filesystem::path& file, const OrderedJson& json);

/// The error with a place and a cure, where it has none of its own.
Error completed(Error error, const std::string& where, const std::string& cure);
/// What `convert` makes of the document in `file`, which a stage wrote. Errors name the file, and `cure` where they
/// know no better one.
template <class Convert>
auto read_document(const std::filesystem::path& file, const std::string& cure, Convert convert) {
  try {
    return convert(read_json(file));
  } catch (const Error& error) {
    throw completed(error, file.string(), cure);
  }
}
/// What the library of JSON threw, as the `Error` (user) that it is: a value is missing or of another type.
Error wrong_json(const Json::exception& error);

/// A view on a JSON object. Each getter throws `Error` (user); `what` names the object in the message ("record"). A
/// field that is null counts as absent.
class Fields {
 public:
  Fields(const Json& object, std::string what);

  bool has(const std::string& name) const;
  std::string text(const std::string& name) const;
  std::string text_or(const std::string& name, std::string fallback) const;
  int integer(const std::string& name) const;
  std::uint64_t natural(const std::string& name) const;
  double number(const std::string& name) const;
  /// NaN for null, as number.hpp writes what is not finite: which of those it was is lost. The field must be there.
  double number_or_nan(const std::string& name) const;
  bool boolean(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  std::vector<int> whole_numbers(const std::string& name) const;
  std::map<std::string, double> numbers(const std::string& name) const;
  std::map<std::string, int> integers(const std::string& name) const;
  std::map<std::string, std::uint64_t> naturals(const std::string& name) const;
  std::map<std::string, std::string> text_map(const std::string& name) const;
  const Json& object(const std::string& name) const;
  const Json& list(const std::string& name) const;
  /// Of any type; null where it is absent.
  const Json& value(const std::string& name) const;

 private:
  const Json& field(const std::string& name) const;
  const Json* object_;
  std::string what_;
};

}  // namespace udrl::data
