// Charts of filled cells: a matrix of correlations, a map of counts. Not for: curves (chart_lines.cpp).
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "marks.hpp"
#include "udrl/page/chart.hpp"

namespace udrl::page {
namespace {

struct Box {
  double x, y, width, height;
};

/// The stronger (0 … 1), the fuller.
Html filled(const Box& box, double strength, const std::string& css_class, const std::vector<Html>& inside) {
  return tag("rect",
             {{"x", coordinate(box.x)},
              {"y", coordinate(box.y)},
              {"width", coordinate(box.width)},
              {"height", coordinate(box.height)},
              {"fill-opacity", fixed(strength, 2)},
              {"class", css_class}},
             inside);
}

/// Room for the cells must stay.
std::string short_name(const std::string& name) {
  constexpr std::size_t longest = 28;
  if (name.size() <= longest) return name;
  std::size_t end = longest - 1;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end) + "…";
}

}  // namespace

Html matrix_chart(const std::vector<std::string>& names, const std::vector<std::vector<double>>& values,
                  const std::string& what) {
  if (names.empty()) return {};
  std::size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, short_name(name).size());
  const double left = 30 + letter * static_cast<double>(longest), top = 24;
  const double cell = std::min(64.0, (width - left - 2) / static_cast<double>(names.size())),
               high = std::min(cell, 42.0);
  std::vector<Html> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double y = top + high * static_cast<double>(i), x = left + cell * static_cast<double>(i);
    const std::string number = std::to_string(i + 1);
    parts.push_back(label(4, y + high / 2 + 4, number, "tick"));
    parts.push_back(label(24, y + high / 2 + 4, short_name(names[i]), "name"));
    parts.push_back(label(x + cell / 2, top - 8, number, "tick middle"));
    for (std::size_t j = 0; j < names.size(); ++j) {
      const double v = values[i][j];
      const double at = left + cell * static_cast<double>(j);
      parts.push_back(filled({at + 1, y + 1, cell - 2, high - 2}, std::isfinite(v) ? 0.7 * std::abs(v) : 0.0,
                             v < 0 ? "cell below" : "cell", {}));
      if (std::isfinite(v)) parts.push_back(label(at + cell / 2, y + high / 2 + 4, fixed(v, 2), "middle"));
    }
  }
  return svg(top + high * static_cast<double>(names.size()) + 6, what, parts);
}

Html map_chart(const CellMap& map, const std::string& x_title, const std::string& what) {
  constexpr double left = 24, high = 22, below = 34;
  const double wide = (width - left) / std::max(1, map.columns), bottom = high * map.rows;
  std::uint64_t most = 1;
  for (const Cell& cell : map.cells) most = std::max(most, cell.count);
  std::vector<Html> parts;
  for (int row = 0; row < map.rows; ++row)
    parts.push_back(label(0, bottom - high * (row + 0.3), std::to_string(row), "tick"));
  for (const Cell& cell : map.cells) {
    const double strength = 0.15 + 0.85 * std::sqrt(static_cast<double>(cell.count) / static_cast<double>(most));
    const Box box{left + wide * (cell.column - 1), bottom - high * (cell.row + 1) + 1, wide * 0.94, high - 2};
    parts.push_back(filled(box, strength, "cell", {tag("title", cell.title)}));
  }
  const int step = map.columns > 5 ? 5 : 1;
  for (int column = step; column < map.columns; column += step)
    parts.push_back(label(left + wide * (column - 0.5), bottom + 16, std::to_string(column), "tick middle"));
  parts.push_back(label(width, bottom + 31, x_title, "title end"));
  return svg(bottom + below, what, parts);
}

}  // namespace udrl::page
