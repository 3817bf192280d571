// The part of JSON Schema that a task may use. valijson follows a reference that leads to itself until the stack ends,
// divides by a `multipleOf` of 0, and matches with std::regex, which recurses with every character of an answer. So
// these are refused, or replaced. Not for: validating (json_schema.hpp).
#pragma once

#include <nlohmann/json.hpp>

namespace udrl::task {

/// The keys under which `guarded_schema` puts patterns; schema_patterns.hpp makes them known to valijson.
inline constexpr const char* guarded_pattern = "udrl: pattern";
inline constexpr const char* guarded_format = "udrl: format";

/// The schema as valijson is given it: each `pattern`, and each `format` that has a pattern (`date`, `time`,
/// `date-time`), under a key of ours. Throws `Error` (user) where the schema
///   - refers elsewhere than to `#/definitions/NAME` or `#/$defs/NAME`, or to itself;
///   - has more than 10,000 parts with every reference written out, or nests them more than 64 deep;
///   - has `patternProperties`, or a `multipleOf` that is not above 0.
nlohmann::json guarded_schema(nlohmann::json schema);

}  // namespace udrl::task
