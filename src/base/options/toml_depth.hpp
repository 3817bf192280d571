// How deep TOML is nested, told before it is parsed: a table of toml++ goes by recursion, and toml++ limits brackets,
// not the dots of keys, of which some ten thousand overflow the stack. Private to base. Not for: whether it is TOML.
#pragma once

#include <string>
#include <string_view>

#include "udrl/base/error.hpp"

namespace udrl::detail {

/// Whether brackets and dotted keys nest more than 64 deep.
bool is_toml_too_deep(std::string_view text);
/// The error of that, without a place.
Error toml_too_deep();

/// Throws it (user) with file and line.
void check_toml_depth(std::string_view text, const std::string& file);

}  // namespace udrl::detail
