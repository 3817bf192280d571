// Texts of options: flags in, JSON and wording out.
#include "option_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "udrl/base/listed.hpp"

namespace udrl::detail {
namespace {

template <class T>
bool read_whole(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc{} && result.ptr == end;
}

template <class T>
std::string type_limits() {
  return std::to_string(std::numeric_limits<T>::min()) + " to " + std::to_string(std::numeric_limits<T>::max());
}

/// What the type itself allows, for numbers without a declared range.
std::string limits_of_type(const OptionTarget& target) {
  if (std::holds_alternative<int*>(target) || std::holds_alternative<std::vector<int>*>(target))
    return type_limits<int>();
  if (std::holds_alternative<std::int64_t*>(target)) return type_limits<std::int64_t>();
  if (std::holds_alternative<std::uint64_t*>(target)) return type_limits<std::uint64_t>();
  return "a finite number";
}

}  // namespace

std::vector<std::string> split_at_commas(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const auto& text : texts) {
    if (text.empty()) continue;
    std::size_t start = 0;
    for (std::size_t comma; (comma = text.find(',', start)) != std::string::npos; start = comma + 1)
      parts.push_back(text.substr(start, comma - start));
    parts.push_back(text.substr(start));
  }
  return parts;
}

Scalar read_switch(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "-1" || text == "no" || text == "off") return false;
  return text;
}

Scalar read_number(const std::string& text) {
  std::int64_t whole = 0;
  std::uint64_t large = 0;
  double real = 0;
  if (read_whole(text, whole)) return whole;
  if (read_whole(text, large)) return large;
  if (read_whole(text, real)) return real;
  return text;
}

bool is_allowed(const Option& option, const std::string& value) {
  const auto& allowed = option.allowed();
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

Error not_allowed(const Option& option, const std::string& value, const std::string& source) {
  Error error = user_error(option.name() + " cannot be \"" + value + "\"").at(source).expected(limits_of(option));
  const std::string near = nearest(value, option.allowed());
  if (!near.empty()) error.hint("did you mean \"" + near + "\"?");
  return error;
}

std::string limits_of(const Option& option) {
  if (!option.allowed().empty()) return "one of " + listed(option.allowed());
  const bool has_low = std::isfinite(option.low()), has_high = std::isfinite(option.high());
  if (has_low && has_high) return to_typed_text(option.low()) + " to " + to_typed_text(option.high());
  if (has_low) return "at least " + to_typed_text(option.low());
  if (has_high) return "at most " + to_typed_text(option.high());
  return limits_of_type(option.target());
}

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string to_json_text(bool value) { return value ? "true" : "false"; }
std::string to_json_text(int value) { return std::to_string(value); }
std::string to_json_text(std::int64_t value) { return std::to_string(value); }
std::string to_json_text(std::uint64_t value) { return std::to_string(value); }
std::string to_json_text(double value) { return std::isfinite(value) ? number_text(value) : "null"; }
std::string to_json_text(const std::string& value) { return json_string(value); }
std::string to_json_text(const std::filesystem::path& value) { return json_string(value.string()); }

std::string to_json_text(const std::map<std::string, double>& value) {
  std::string text;
  for (const auto& [key, number] : value)
    text += (text.empty() ? "" : ", ") + json_string(key) + ": " + to_json_text(number);
  return "{" + text + "}";
}

std::string to_json_text(const JsonTable& value) {
  std::string text;
  for (const auto& [key, element] : value) text += (text.empty() ? "" : ", ") + json_string(key) + ": " + element.text;
  return "{" + text + "}";
}

std::string to_typed_text(double value) {
  constexpr double most_plain = 1e15;  // people read 1000000, not 1e+06
  if (value == std::trunc(value) && std::abs(value) < most_plain)
    return std::to_string(static_cast<std::int64_t>(value));
  const std::string text = number_text(value);
  return text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0 ? text.substr(0, text.size() - 2) : text;
}

std::string to_typed_text(const std::string& value) { return value; }
std::string to_typed_text(const std::filesystem::path& value) { return value.string(); }

std::string to_typed_text(const std::map<std::string, double>& value) {
  std::string text;
  for (const auto& [key, number] : value) text += (text.empty() ? "" : ",") + key + "=" + to_typed_text(number);
  return text;
}

std::string to_typed_text(const JsonTable& value) {
  std::string text;
  for (const auto& [key, element] : value) text += (text.empty() ? "" : " ") + key + "=" + element.text;
  return text;
}

}  // namespace udrl::detail
