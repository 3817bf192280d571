// The patterns of a schema, matched by RE2: in time and memory that grow with the text's length alone. Not for: where
// they stand in a schema (schema_rules.hpp).
#pragma once

namespace valijson {
class SchemaParser;
}

namespace udrl::task {

/// Makes the keys of schema_rules.hpp known. The parser then throws `Error` (user) for a pattern that RE2 cannot read.
void add_patterns(valijson::SchemaParser& parser);

}  // namespace udrl::task
