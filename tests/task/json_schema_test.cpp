// What a schema may hold, and answers held to it.
#include "json_schema.hpp"

#include <string>

#include "catch.hpp"
#include "distill/support.hpp"

using namespace udrl;
using namespace udrl::distill::testing;
using task::JsonSchema;

namespace {

std::string refusal_of(const std::string& schema) {
  return refusal([&] { JsonSchema(schema).fault(R"({"a": "b", "n": 3})"); });
}

/// {"a": SCHEMA} as the description of an object.
std::string of_a(const std::string& schema) { return R"({"properties": {"a": )" + schema + "}}"; }

std::string fault(const std::string& schema_of_a, const std::string& a) {
  return JsonSchema(of_a(schema_of_a)).fault(R"({"a": )" + a + "}");
}

}  // namespace

TEST_CASE("a schema that leads to itself is refused") {
  for (
      const char* schema :
      {R"({"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}})",
       R"({"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}})",
       R"({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"properties": {"a": {"$ref": "#/$defs/a"}}}}})"}) {
    INFO(schema);
    CHECK(contains(refusal_of(schema), "refer to itself"));
  }
  for (const char* elsewhere :
       {"#", "#/properties/a", "#/definitions/none", "http://localhost/schema.json", "b.json", "#/$defs/a%20"}) {
    INFO(elsewhere);
    CHECK(contains(refusal_of(of_a(R"({"$ref": ")" + std::string(elsewhere) + "\"}")), "#/definitions/NAME"));
  }
}

TEST_CASE("a schema that doubles with each level is refused") {
  std::string definitions = R"("d0": {"type": "string"})";
  for (int i = 1; i < 20; ++i) {
    const std::string below = R"({"$ref": "#/$defs/d)" + std::to_string(i - 1) + "\"}";
    definitions += ", \"d" + std::to_string(i) + R"(": {"allOf": [)" + below + ", " + below + "]}";
  }
  CHECK(contains(refusal_of(R"({"$ref": "#/$defs/d19", "$defs": {)" + definitions + "}}"), "10,000 parts"));
}

TEST_CASE("what a validator would fall over is refused when the schema is read") {
  CHECK(contains(refusal_of(of_a(R"({"multipleOf": 0})")), "above 0"));
  CHECK(contains(refusal_of(R"({"patternProperties": {"^a": {}}})"), "patternProperties"));
  CHECK(contains(refusal_of(of_a(R"({"pattern": "[a"})")), "RE2"));
  CHECK(contains(refusal_of(of_a(R"({"pattern": "(?=a)b"})")), "no look-ahead"));
}

TEST_CASE("a step is held to any number, however large") {
  CHECK(fault(R"({"multipleOf": 5})", "10").empty());
  CHECK(fault(R"({"multipleOf": 0.5})", "1.5").empty());
  CHECK(contains(fault(R"({"multipleOf": 5})", "7"), "multiple"));
  for (const char* number : {"1e300", "-9223372036854775808", "18446744073709551615", R"("1e300")", R"("inf")"}) {
    INFO(number);
    CHECK_NOTHROW(fault(R"({"multipleOf": 5})", number));
    CHECK_NOTHROW(fault(R"({"multipleOf": 18446744073709551615})", number));
  }
}

TEST_CASE("names of properties and values may be words of JSON Schema") {
  CHECK(JsonSchema(
            R"({"properties": {"pattern": {"type": "string"}, "patternProperties": {}, "$ref": {}, "format": {}}})")
            .fault(R"({"pattern": "[", "$ref": "x"})")
            .empty());
  CHECK(fault(R"({"enum": [{"pattern": "["}, {"$ref": "#"}]})", R"({"pattern": "["})").empty());
}

TEST_CASE("a definition may be used twice") {
  const JsonSchema schema(R"({"properties": {"a": {"$ref": "#/$defs/word"}, "b": {"$ref": "#/$defs/word"}},
                              "$defs": {"word": {"type": "string", "pattern": "^[a-z]+$"}}})");
  CHECK(schema.fault(R"({"a": "sale", "b": "sale"})").empty());
  CHECK(contains(schema.fault(R"({"a": "sale", "b": "Sale"})"), "pattern"));
}

TEST_CASE("patterns and formats hold strings to themselves, and nothing else") {
  CHECK(fault(R"({"pattern": "al"})", R"("sale")").empty());
  CHECK(contains(fault(R"({"pattern": "^al"})", R"("sale")"), "does not match the pattern \"^al\""));
  CHECK(fault(R"({"pattern": "x", "format": "date"})", R"({"b": [1]})").empty());
  CHECK(fault(R"({"format": "date"})", R"("2024-02-29")").empty());
  CHECK(contains(fault(R"({"format": "date"})", R"("2024-02-30")"), "date"));
  CHECK(contains(fault(R"({"format": "date"})", R"("on 2024-02-29")"), "date"));
  CHECK(fault(R"({"format": "date-time"})", R"("2024-11-30T16:52:45Z")").empty());
  CHECK(contains(fault(R"({"format": "date-time"})", R"("2024-11-31T16:52:45Z")"), "date-time"));
  CHECK(fault(R"({"format": "time"})", R"("16:52:45+02:00")").empty());
  CHECK(contains(fault(R"({"format": "time"})", R"("24:00:00Z")"), "time"));
  CHECK(fault(R"({"format": "uri"})", R"("anything")").empty());
}

TEST_CASE("the longest answer is matched without a deep stack, by any pattern") {
  const std::string many(16'000, 'a');
  for (const char* pattern : {"^(a|a)*$", "(a*)*b", "^((((a)*)*)*)*$", "(x+x+)+y"}) {
    INFO(pattern);
    CHECK_NOTHROW(fault(R"({"pattern": ")" + std::string(pattern) + "\"}", '"' + many + '"'));
  }
  CHECK(contains(fault("{}", '"' + many + many + '"'), "longer than 16384 bytes"));
}
