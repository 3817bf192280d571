// Words of protocols, whose letters are those of ASCII. Not for: what people write (data/text.hpp).
#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace udrl {

inline std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Without the white space around it.
inline std::string trimmed(const std::string& text) {
  constexpr const char* blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace udrl
