// Curves. Not for: cells (chart_cells.cpp).
#include <algorithm>
#include <cmath>

#include "marks.hpp"
#include "udrl/page/chart.hpp"

namespace udrl::page {
namespace {

constexpr double legend_row = 17;
constexpr std::size_t few_points = 12;  // of a curve: each is marked

/// Names with a piece of their line, as many a row as fit; a curve without a name is its chart's only one.
struct Legend {
  std::vector<Html> parts;
  double height = 0;
};
Legend legend_of(const std::vector<Series>& series, double left) {
  Legend legend;
  double x = left, y = 12;
  for (const Series& s : series) {
    if (s.label.empty()) continue;
    const double wide = 26 + letter * static_cast<double>(s.label.size());
    if (x > left && x + wide > width) {
      x = left;
      y += legend_row;
    }
    legend.parts.push_back(line(x, y - 4, x + 16, y - 4, "curve " + s.css_class));
    legend.parts.push_back(label(x + 21, y, s.label, "name " + s.css_class));
    x += wide + 8;
  }
  legend.height = legend.parts.empty() ? 0 : y + 6;
  return legend;
}

struct Range {
  double low = HUGE_VAL, high = -HUGE_VAL;
  void add(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

/// Where an x value stands: on a line of numbers, or at the place of its tick.
double position_of(double x, const LinesText& text) {
  if (!text.even) return x;
  const auto found = std::find(text.x_ticks.begin(), text.x_ticks.end(), x);
  return static_cast<double>(found - text.x_ticks.begin());
}

}  // namespace

Html lines_chart(const std::vector<Series>& series, const LinesText& text) {
  Range xs, ys;
  for (const Series& s : series)
    for (const auto& [x, y] : s.points) {
      xs.add(position_of(x, text));
      ys.add(y);
    }
  if (!(xs.high > xs.low) || !(ys.high >= ys.low)) return {};
  const Legend legend = legend_of(series, 6);
  Frame frame;
  frame.top = legend.height + (text.y_hidden ? 10 : 32);
  frame.bottom = frame.top + 184;
  frame.height = frame.bottom + 46;
  if (text.y_hidden) frame.left = 10;
  const Scale x{xs.low, xs.high, frame.left + 8, frame.right, false};
  const double lowest = text.from_zero ? std::min(0.0, ys.low) : ys.low;
  const double room = std::max(ys.high - lowest, text.from_zero ? 1e-9 : 1e-3);
  const double low = text.from_zero ? lowest : lowest - 0.06 * room;
  const Scale y{low, lowest + 1.06 * room, frame.bottom, frame.top, false};

  std::vector<Html> parts = legend.parts;
  if (!text.y_hidden) {
    const auto y_ticks = linear_ticks(y.low, y.high, 5);
    for (const double tick : y_ticks) parts.push_back(frame.y_tick(y(tick), fixed(tick, decimals_for(y_ticks))));
  }
  const auto x_ticks = text.x_ticks.empty() ? linear_ticks(x.low, x.high, 6) : text.x_ticks;
  for (const double tick : x_ticks)
    parts.push_back(frame.x_tick(x(position_of(tick, text)), fixed(tick, text.even ? 0 : decimals_for(x_ticks))));
  parts.push_back(line(frame.left, frame.bottom, frame.right, frame.bottom, "axis"));
  parts.push_back(label((frame.left + frame.right) / 2, frame.height - 6, text.x_title, "title middle"));
  if (!text.y_hidden) parts.push_back(label(6, frame.top - 13, text.y_title, "title"));
  for (const Series& s : series) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [px, py] : s.points) points.emplace_back(x(position_of(px, text)), y(py));
    parts.push_back(polyline(points, "curve " + s.css_class));
    if (points.size() <= few_points && s.css_class.find("dashed") == std::string::npos)
      for (const auto& [px, py] : points) parts.push_back(dot(px, py, 3.2, "dot " + s.css_class));
  }
  return svg(frame.height, text.y_title + " against " + text.x_title, parts);
}

}  // namespace udrl::page
