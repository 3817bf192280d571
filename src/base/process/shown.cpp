// Characters are looked at as UTF-8; bytes that are none stay as they are.
#include "udrl/base/shown.hpp"

#include <cstdio>

namespace udrl {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// Of the first character, whose bytes are not checked: what is wrong is shown as it is.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto bits = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3FU); };
  if (byte(0) < 0xC0) return {byte(0) < 0x80 ? static_cast<char32_t>(byte(0)) : U' '};
  if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6U | bits(1), 2};
  if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12U | bits(1) << 6U | bits(2), 3};
  return {(byte(0) & 0x07U) << 18U | bits(1) << 12U | bits(2) << 6U | bits(3), 4};
}

bool is_shown(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c == '\n' || c == '\t') return true;
  const bool is_control = c < 0x20 || within(0x7F, 0x9F);
  const bool is_hidden = c == 0x061C || c == 0x200B || within(0x200E, 0x200F) || within(0x2028, 0x202E) ||
                         within(0x2060, 0x2069) || c == 0xFEFF || within(0xE0001, 0xE001F);
  return !is_control && !is_hidden;
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = first_of(text.substr(at));
    const std::string_view bytes = text.substr(at, c.bytes);
    at += c.bytes;
    if (is_shown(c.code)) {
      out += bytes;
      continue;
    }
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c.code));
    out.append("⟨").append(code).append("⟩");
  }
  return out;
}

}  // namespace udrl
