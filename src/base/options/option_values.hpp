// From text or TOML to the typed target of an option, with every check, and back to JSON. Private to base.
// Not for: where values come from (options_flags.cpp, options_toml.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl::detail {

/// `JsonValue` is a list or table within a table.
using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string, JsonValue>;

/// A value before it has met its option. A single one has one item and no key; a table has as many keys as items.
struct RawValue {
  enum class Shape { single, list, table };
  Shape shape = Shape::single;
  std::vector<Scalar> items;
  std::vector<std::string> keys;
};

/// Splits and reads flag texts as the option's type wants them.
RawValue parse_flag(const Option& option, const std::vector<std::string>& texts, const std::string& source);
/// Checks type, range and choices, then sets the target and the source. Throws `Error` (user) and changes nothing.
void assign(Option& option, const RawValue& value, const std::string& source);
/// Range and choices of what the target holds now.
void check(const Option& option);

bool is_switch(const Option& option);
bool is_many(const Option& option);
/// Required, and neither set nor given a default.
bool is_missing(const Option& option);
std::string type_name(const Option& option);
/// "1 to 10", "at least 1", "one of a, b", or "".
std::string limits_of(const Option& option);
std::string json_value(const Option& option);
/// The value as a person would type it after the flag: "image,template", "relevance=1"; "" for an empty one.
std::string typed_value(const Option& option);
std::string json_string(const std::string& text);
std::string number_text(double value);

}  // namespace udrl::detail
