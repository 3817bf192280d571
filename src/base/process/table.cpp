// Columns of equal width.
#include "udrl/base/table.hpp"

#include <algorithm>
#include <cstdio>

namespace udrl {
namespace {

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string fixed(double value, int decimals) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string aligned_table(const std::vector<std::vector<std::string>>& lines, std::size_t left) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()), 0);
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool ends = i < left && i + 1 == line.size();  // nothing follows that must stand below something
      const std::string space(ends ? 0 : widths[i] - width(line[i]), ' ');
      out += (i == 0 ? "" : "  ") + (i < left ? line[i] + space : space + line[i]);
    }
    out += "\n";
  }
  return out;
}

}  // namespace udrl
