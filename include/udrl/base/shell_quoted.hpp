// A text as one word of a shell (sh, bash, zsh, fish). Not for: running anything.
#pragma once

#include <string>
#include <string_view>

namespace udrl {

/// In single quotes, whatever it holds.
inline std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace udrl
