#include "schema_rules.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "udrl/base/error.hpp"

namespace udrl::task {
namespace {

using Json = nlohmann::json;

constexpr int most_parts = 10'000, most_depth = 64;

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Under these stand values, no schemas.
bool holds_values(std::string_view key) {
  return is_one_of(key, std::array<std::string_view, 4>{"const", "default", "enum", "examples"});
}

/// Under these stand schemas by names, which may be any: a property may be called "pattern".
bool holds_names(std::string_view key) {
  return is_one_of(key, std::array<std::string_view, 4>{"$defs", "definitions", "dependencies", "properties"});
}

Error unfit(const std::string& what) { return user_error("not a JSON Schema that a task may have").got(what); }

/// Where a reference leads; the definitions of a schema stand at its root.
const Json& definition(const Json& root, const std::string& reference) {
  for (const char* list : {"definitions", "$defs"}) {
    const std::string prefix = std::string("#/") + list + "/";
    if (reference.rfind(prefix, 0) != 0) continue;
    const std::string name = reference.substr(prefix.size());
    if (name.find_first_of("/~%") == std::string::npos && root.contains(list) && root[list].contains(name))
      return root[list][name];
  }
  throw unfit("\"$ref\": \"" + reference + "\"")
      .expected("the name of a definition: \"#/definitions/NAME\" or \"#/$defs/NAME\"");
}

/// Counts a schema's parts with every reference written out, as valijson follows them.
class Expansion {
 public:
  explicit Expansion(const Json& root) : root_(root) {}

  void count(const Json& part, int depth = 0, bool by_name = false) {
    if (++parts_ > most_parts || depth > most_depth)
      throw unfit(depth > most_depth ? "parts nested more than 64 deep" : "more than 10,000 parts")
          .hint("does it refer to itself? Write out as many levels as an answer needs");
    if (part.is_array())
      for (const Json& each : part) count(each, depth + 1);
    if (!part.is_object()) return;
    for (const auto& [key, value] : part.items()) {
      if (!by_name && holds_values(key)) continue;
      if (!by_name && key == "$ref" && value.is_string()) count(definition(root_, value), depth + 1);
      else count(value, depth + 1, !by_name && holds_names(key));
    }
  }

 private:
  const Json& root_;
  int parts_ = 0;
};

void refuse(const Json& schema) {
  if (schema.contains("patternProperties"))
    throw unfit("\"patternProperties\"")
        .hint("name the keys in \"properties\", or describe all others in \"additionalProperties\"");
  const auto step = schema.find("multipleOf");
  if (step != schema.end() && step->is_number() && step->get<double>() <= 0)
    throw unfit("\"multipleOf\": " + step->dump()).expected("a number above 0");
}

void rename(Json& object, const char* from, const char* to) {
  const auto found = object.find(from);
  if (found == object.end() || !found->is_string()) return;
  object[to] = std::move(*found);
  object.erase(from);
}

void guard(Json& part, bool by_name = false) {
  if (part.is_array())
    for (Json& each : part) guard(each);
  if (!part.is_object()) return;
  if (!by_name) {
    refuse(part);
    // valijson divides by a whole step in int64, into which not every number of an answer fits.
    if (const auto step = part.find("multipleOf"); step != part.end() && step->is_number()) *step = step->get<double>();
    rename(part, "pattern", guarded_pattern);
    rename(part, "format", guarded_format);
  }
  for (const auto& [key, value] : part.items())
    if (by_name || !holds_values(key)) guard(value, !by_name && holds_names(key));
}

}  // namespace

Json guarded_schema(Json schema) {
  Expansion(schema).count(schema);
  guard(schema);
  return schema;
}

}  // namespace udrl::task
