// Figures and tables for a terminal. Not for: HTML or Markdown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace udrl {

/// "0.512": so many decimals.
std::string fixed(double value, int decimals);
/// "1,234,567"
std::string grouped(std::uint64_t n);

/// Lines of cells as columns two spaces apart: the first `left` columns to the left, the others to the right. Lines may
/// have fewer cells than others. Widths count code points.
std::string aligned_table(const std::vector<std::vector<std::string>>& lines, std::size_t left);

}  // namespace udrl
