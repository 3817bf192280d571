// What charts are drawn with: marks, scales, a frame. All coordinates are in units of the viewBox. For the page room
// only.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "udrl/page/figures.hpp"
#include "udrl/page/html.hpp"

namespace udrl::page {

inline constexpr double width = 390;
inline constexpr double letter = 7.1;  // a letter of a wide 12-unit font, on average

inline std::string coordinate(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", value);
  return buffer;
}

inline Html line(double x1, double y1, double x2, double y2, const std::string& css_class) {
  return tag("line", {{"x1", coordinate(x1)},
                      {"y1", coordinate(y1)},
                      {"x2", coordinate(x2)},
                      {"y2", coordinate(y2)},
                      {"class", css_class}});
}

inline Html label(double x, double y, const std::string& words, const std::string& css_class) {
  return tag("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"class", css_class}}, words);
}

inline Html dot(double x, double y, double radius, const std::string& css_class) {
  return tag("circle", {{"cx", coordinate(x)}, {"cy", coordinate(y)}, {"r", coordinate(radius)}, {"class", css_class}});
}

inline Html svg(double height, const std::string& what, const std::vector<Html>& parts) {
  return tag(
      "svg",
      {{"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)}, {"role", "img"}, {"aria-label", what}},
      parts);
}

/// Maps low … high to from … to.
struct Scale {
  double low, high, from, to;
  bool log = false;

  double operator()(double value) const {
    const double v = log ? std::log(value) : value, a = log ? std::log(low) : low, b = log ? std::log(high) : high;
    return from + (v - a) / (b - a) * (to - from);
  }
};

inline int decimals_for(const std::vector<double>& ticks) {
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 0.1;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(1.001 * step))), 0, 4);
}

/// The frame of a chart with two axes.
struct Frame {
  double left = 46, right = width - 18, top = 26, bottom = 246, height = 292;

  Html axes(const std::string& x_title, const std::string& y_title) const {
    return join({line(left, bottom, right, bottom, "axis"), label(left - 40, 13, y_title, "title"),
                 label((left + right) / 2, height - 6, x_title, "title middle")});
  }
  Html x_tick(double x, const std::string& words) const {
    return join({line(x, bottom, x, bottom + 4, "axis"), label(x, bottom + 18, words, "tick middle")});
  }
  Html y_tick(double y, const std::string& words) const {
    return join({line(left, y, right, y, "grid"), label(left - 7, y + 4, words, "tick end")});
  }
};

inline Html polyline(const std::vector<std::pair<double, double>>& points, const std::string& css_class) {
  std::string path;
  for (const auto& [x, y] : points) path += coordinate(x) + "," + coordinate(y) + " ";
  return tag("polyline", {{"points", path}, {"class", css_class}});
}

}  // namespace udrl::page
