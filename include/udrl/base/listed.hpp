// Names for a message: "image, template".
#pragma once

#include <string>

namespace udrl {

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace udrl
