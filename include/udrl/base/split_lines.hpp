// The lines of a text in memory. Not for: files (data/text_lines.hpp).
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace udrl {

inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace udrl
