// Names one after the other, as in a message: "image, template".
#pragma once

#include <string>

namespace udrl {

template <class Names>
std::string listed(const Names& names, const char* between = ", ") {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : between).append(name);
  return text;
}

}  // namespace udrl
