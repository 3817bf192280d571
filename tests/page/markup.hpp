// What the tests of every page ask of its markup. Not for: what a page says.
#pragma once

#include <regex>
#include <string>
#include <vector>

namespace udrl::page::testing {

/// Every start tag has its end tag, in order.
inline bool is_balanced(const std::string& html) {
  std::vector<std::string> open;
  const std::regex tags("<(/?)([a-z0-9]+)[^>]*>");
  for (std::sregex_iterator it(html.begin(), html.end(), tags), end; it != end; ++it) {
    const std::string name = (*it)[2];
    if (name == "meta" || name == "br") continue;
    if ((*it)[1].length() == 0) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

}  // namespace udrl::page::testing
