// The text side of options: reading flags, writing JSON, and wording what is allowed. Private to base.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "option_values.hpp"
#include "udrl/base/error.hpp"

namespace udrl::detail {

/// Each text cut at its commas; an empty text is an empty list.
std::vector<std::string> split_at_commas(const std::vector<std::string>& texts);
/// true/false in their usual spellings; any other text stays a text.
Scalar read_switch(const std::string& text);
/// A whole number if it is one, else a floating one, else the text itself. Does not depend on the locale.
Scalar read_number(const std::string& text);

/// A value as TOML spells it, lists and tables included; any other text is itself. Throws `Error` (user) at `source`
/// where a list or a table is nested too deep.
Scalar read_toml_value(const std::string& text, const std::string& source);

bool is_allowed(const Option& option, const std::string& value);
Error not_allowed(const Option& option, const std::string& value, const std::string& source);

std::string to_json_text(bool value);
std::string to_json_text(int value);
std::string to_json_text(std::int64_t value);
std::string to_json_text(std::uint64_t value);
std::string to_json_text(double value);
std::string to_json_text(const std::string& value);
std::string to_json_text(const std::filesystem::path& value);
std::string to_json_text(const std::map<std::string, double>& value);
std::string to_json_text(const JsonTable& value);

template <class T>
std::string to_json_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text.append(text.empty() ? "" : ", ").append(to_json_text(value));
  return "[" + text + "]";
}

std::string to_typed_text(double value);
std::string to_typed_text(const std::string& value);
std::string to_typed_text(const std::filesystem::path& value);
std::string to_typed_text(const std::map<std::string, double>& value);
std::string to_typed_text(const JsonTable& value);

template <class T>
std::string to_typed_text(const T& value) {  // switches and whole numbers
  return to_json_text(value);
}

template <class T>
std::string to_typed_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text.append(text.empty() ? "" : ",").append(to_typed_text(value));
  return text;
}

}  // namespace udrl::detail
