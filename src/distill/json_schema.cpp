// valijson behind one door.
#include "json_schema.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "udrl/base/error.hpp"

namespace udrl::distill {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

struct JsonSchema::Impl {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(const std::string& text) : impl_(std::make_unique<Impl>()) {
  try {
    const Json json = Json::parse(text);
    const Adapter adapter(json);
    valijson::SchemaParser().populateSchema(adapter, impl_->schema);
  } catch (const std::exception& error) {
    throw user_error("not a JSON Schema").got(error.what()).hint("see json-schema.org, draft 7");
  }
}

JsonSchema::~JsonSchema() = default;

std::string JsonSchema::fault(std::string_view text) const {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return "not a JSON object";
  const Adapter adapter(json);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(impl_->schema, adapter, &results)) return {};
  valijson::ValidationResults::Error error;
  return results.popError(error) ? error.description : "not admitted by the schema";
}

}  // namespace udrl::distill
