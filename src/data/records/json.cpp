// Parsing JSON so that nothing in it is lost in silence, and writing it. Not for: what its fields mean (fields.cpp), or
// lines of shards (lines.cpp).
#include <set>

#include "text/encoding.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::data {
namespace {

constexpr int deepest = 64;  // a record is 3 deep; the writer of JSON recurses

/// Of a text that may be JSON: how deep it is nested, and how many keys its objects have.
struct Shape {
  int depth = 0;
  std::uint64_t keys = 0;
};

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
    } else if (c == '}' || c == ']') {
      --now;
    } else if (c == ':') {
      ++shape.keys;
    }
  }
  return shape;
}

std::uint64_t count_keys(const Json& json) {
  std::uint64_t count = json.is_object() ? json.size() : 0;
  if (!json.is_structured()) return 0;
  for (const Json& value : json) count += count_keys(value);
  return count;
}

/// The first key that stands twice in one object.
std::string key_twice(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string twice;
  const auto on_event = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second && twice.empty())
      twice = parsed.get<std::string>();
    return true;
  };
  [[maybe_unused]] const Json parsed = Json::parse(text, on_event, /*allow_exceptions=*/false);
  return twice;
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
  if (shape_of(text).depth > deepest) return AnyJson(AnyJson::value_t::discarded);
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

Json parse_json(std::string_view text) {
  const Shape shape = shape_of(text);
  if (shape.depth > deepest) throw user_error("nested more than 64 deep");
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
  throw user_error("a key stands twice in one object, and only one of the two could be kept")
      .got("\"" + key_twice(text) + "\"")
      .hint("remove or rename one of them");
}

Json json_or_discarded(std::string_view text) { return parsed_or_discarded<Json>(text); }
OrderedJson ordered_json_or_discarded(std::string_view text) { return parsed_or_discarded<OrderedJson>(text); }

bool is_json(std::string_view text) { return shape_of(text).depth <= deepest && Json::accept(text); }

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
