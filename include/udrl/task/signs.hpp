// Signs in a text by which both intents and answers are judged. For the distill room only.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace udrl::task {

bool starts_with_any(std::string_view text, const auto& prefixes) {
  return std::any_of(std::begin(prefixes), std::end(prefixes), [&](std::string_view p) { return text.starts_with(p); });
}

/// Code, emphasis, tags, links or JSON.
inline bool has_markup(std::string_view text) {
  static constexpr std::array<std::string_view, 7> signs = {"```", "**", "<|", "</", "http://", "https://", "{\""};
  return std::any_of(signs.begin(), signs.end(), [&](auto sign) { return text.find(sign) != std::string_view::npos; });
}

}  // namespace udrl::task
