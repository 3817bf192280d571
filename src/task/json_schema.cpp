// valijson behind one door.
#include "json_schema.hpp"

#include <exception>
#include <nlohmann/json.hpp>

#include "schema_patterns.hpp"
#include "schema_rules.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "valijson.hpp"

namespace udrl::task {

using Json = nlohmann::json;
// Ten times what the longest answer has; `uniqueItems` compares every two.
constexpr std::size_t most_bytes = 16 << 10;

using Adapter = valijson::adapters::NlohmannJsonAdapter;

struct JsonSchema::Impl {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(const std::string& text) : impl_(std::make_unique<Impl>()) {
  try {
    const Json json = guarded_schema(data::parse_json(text));
    const Adapter adapter(json);
    valijson::SchemaParser parser;
    add_patterns(parser);
    parser.populateSchema(adapter, impl_->schema);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw user_error("not a JSON Schema").got(error.what()).hint("see json-schema.org, draft 7");
  }
}

JsonSchema::~JsonSchema() = default;

std::string JsonSchema::fault(std::string_view text) const {
  if (text.size() > most_bytes) return "longer than " + std::to_string(most_bytes) + " bytes";
  Json json;
  try {
    json = data::parse_json(text);
  } catch (const Error& error) {
    return error.what();
  }
  if (!json.is_object()) return "not a JSON object";
  const Adapter adapter(json);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  try {
    if (validator.validate(impl_->schema, adapter, &results)) return {};
  } catch (const std::exception& error) {  // a value that a rule is not for
    return error.what();
  }
  valijson::ValidationResults::Error error;
  return results.popError(error) ? error.description : "not admitted by the schema";
}

std::string object_on_one_line(std::string_view text) {
  const std::size_t begin = text.find('{'), end = text.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  std::string line;
  bool in_string = false;
  for (std::size_t i = begin; i <= end; ++i) {
    const char c = text[i];
    if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    line += c;
    if (in_string && c == '\\') line += text[++i];
    else if (c == '"') in_string = !in_string;
    else if (!in_string && (c == ',' || c == ':')) line += ' ';
  }
  return data::is_json(line) ? line : "";
}

}  // namespace udrl::task
