// Parsing JSON so that nothing in it is lost in silence, and writing it. Not for: what its fields mean (fields.cpp), or
// lines of shards (lines.cpp).
#include <set>

#include "text/encoding.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::data {
namespace {

constexpr int deepest = 64;                          // a record is 3 deep; the writer of JSON recurses
constexpr std::uint64_t most_ordered_keys = 10'000;  // each new one is looked for among all before it
constexpr const char* white_space = " \t\r\n";

/// Of a text that may be JSON: how deep it is nested, how many keys its objects have, and how many values it holds:
/// lists, objects and what is in them.
struct Shape {
  int depth = 0;
  std::uint64_t keys = 0, values = 1;
};

bool is_empty_within(std::string_view text, std::size_t bracket) {
  const std::size_t next = text.find_first_not_of(white_space, bracket + 1);
  return next != std::string_view::npos && (text[next] == ']' || text[next] == '}');
}

/// In flat memory, before anything is parsed. Whatever a parser reads of what is no JSON has been counted too: it goes
/// no further than the first error, and up to there the text is scanned rightly.
Shape shape_of(std::string_view text) {
  Shape shape;
  int now = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      continue;
    } else if (c == '{' || c == '[') {
      shape.depth = std::max(shape.depth, ++now);
      if (!is_empty_within(text, i)) ++shape.values;
    } else if (c == '}' || c == ']') {
      --now;
    } else if (c == ':') {
      ++shape.keys;
    } else if (c == ',') {
      ++shape.values;
    }
  }
  return shape;
}

std::string excess_of(const Shape& shape) {
  if (shape.depth > deepest) return "nested more than 64 deep";
  return shape.values > most_json_values ? "more than " + std::to_string(most_json_values) + " values" : "";
}

bool is_too_long(std::string_view text) { return text.size() > longest_document_mib << 20U; }
std::string too_long() { return "longer than " + std::to_string(longest_document_mib) + " MiB"; }

/// Throws where the text is too much, and then without a DOM of it.
Shape checked_shape(std::string_view text) {
  if (is_too_long(text)) throw user_error("the JSON is " + too_long()).hint("is it the right file?");
  const Shape shape = shape_of(text);
  const std::string excess = excess_of(shape);
  if (excess.empty()) return shape;
  if (shape.depth > deepest) throw user_error(excess);
  throw user_error("the JSON holds " + excess)
      .got(std::to_string(shape.values))
      .hint("is it the right file? a list may have any length as JSON lines: jq -c '.[]' LIST.json > LIST.jsonl");
}

std::uint64_t count_keys(const Json& json) {
  std::uint64_t count = json.is_object() ? json.size() : 0;
  if (!json.is_structured()) return 0;
  for (const Json& value : json) count += count_keys(value);
  return count;
}

/// Looks for a key that stands twice in one object, and keeps no more than the keys of the objects that are open: a
/// parser with a callback builds the whole document again, and looks through all of a list with each element.
class KeyTwice : public nlohmann::json_sax<Json> {
 public:
  const std::string& found() const { return found_; }

  bool key(std::string& name) override {
    if (keys_.back().insert(name).second) return true;
    found_ = name;
    return false;
  }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(Json::number_integer_t) override { return true; }
  bool number_unsigned(Json::number_unsigned_t) override { return true; }
  bool number_float(Json::number_float_t, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string found_;
};

std::string key_twice(std::string_view text) {
  KeyTwice looking;
  [[maybe_unused]] const bool all_is_read = Json::sax_parse(text, &looking);
  return looking.found();
}

/// "[json.exception.parse_error.101] parse error at line 1, column 5: …" → "line 1, column 5: …"; of a text of one line
/// "column 5: …".
std::string reason(const Json::exception& error, bool one_line) {
  const std::string text = error.what();
  const auto place = text.find(one_line ? "column " : "line ");
  const auto bracket = text.find("] ");
  if (place != std::string::npos) return text.substr(place);
  return bracket == std::string::npos ? text : text.substr(bracket + 2);
}

template <class AnyJson>
AnyJson parsed_or_discarded(std::string_view text) {
  if (!json_excess(text).empty()) return AnyJson(AnyJson::value_t::discarded);
  return AnyJson::parse(text, nullptr, /*allow_exceptions=*/false);
}

template <class AnyJson>
std::string text_of(const AnyJson& json, int indent) {
  return json.dump(indent, ' ', false, AnyJson::error_handler_t::replace);
}

}  // namespace

std::string json_line(const Json& json) { return text_of(json, -1); }
std::string json_line(const OrderedJson& json) { return text_of(json, -1); }
std::string json_document(const Json& json) { return text_of(json, 2) + "\n"; }
std::string json_document(const OrderedJson& json) { return text_of(json, 2) + "\n"; }

void write_json(const std::filesystem::path& file, const Json& json) { write_file_atomic(file, json_document(json)); }
void write_json(const std::filesystem::path& file, const OrderedJson& json) {
  write_file_atomic(file, json_document(json));
}

std::string json_excess(std::string_view text) { return is_too_long(text) ? too_long() : excess_of(shape_of(text)); }

void check_json_excess(std::string_view text) { checked_shape(text); }

Json parse_json(std::string_view text) {
  const Shape shape = checked_shape(text);
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    if (!is_utf8(text)) {
      throw user_error("not JSON: the text is not UTF-8")
          .hint(std::string("if it is Latin-1, convert the file: iconv -f ") + likely_encoding + " -t UTF-8 OLD > NEW");
    }
    throw user_error("not JSON: " + reason(error, text.find('\n') == std::string_view::npos));
  }
  if (count_keys(json) == shape.keys) return json;
  json = nullptr;  // its memory is wanted for the keys
  throw user_error("a key stands twice in one object, and only one of the two could be kept")
      .got("\"" + key_twice(text) + "\"")
      .hint("remove or rename one of them");
}

Json json_or_discarded(std::string_view text) { return parsed_or_discarded<Json>(text); }
OrderedJson ordered_json_or_discarded(std::string_view text) {
  if (shape_of(text).keys > most_ordered_keys) return OrderedJson(OrderedJson::value_t::discarded);
  return parsed_or_discarded<OrderedJson>(text);
}

bool is_json(std::string_view text) { return json_excess(text).empty() && Json::accept(text); }

Json read_json(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  try {
    return parse_json(text);
  } catch (const Error& error) {
    throw Error(error).at(file.string());
  }
}

Error completed(Error error, const std::string& where, const std::string& cure) {
  if (error.where().empty()) error.at(where);
  if (error.cure().empty()) error.hint(cure);
  return error;
}

Error wrong_json(const Json::exception& error) {
  return user_error("a value is missing or of the wrong type: " + reason(error, true));
}

}  // namespace udrl::data
