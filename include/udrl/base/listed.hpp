// Names one after the other, as in a message: "image, template", or in a sentence.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace udrl {

template <class Names>
std::string listed(const Names& names, const char* between = ", ") {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : between).append(name);
  return text;
}

/// "a, b and c"
inline std::string enumerated(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == names.size() ? " and " : ", ").append(names[i]);
  return text;
}

}  // namespace udrl
