// Charts: scales, ticks, marks. All coordinates are in units of the viewBox.
#include "udrl/page/chart.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "marks.hpp"

namespace udrl::page {
namespace {

/// The smallest and largest of what a mark covers.
std::pair<double, double> extent(const std::vector<Mark>& marks) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const Mark& m : marks)
    for (const double v : {m.value, m.low, m.high}) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  if (low > high) return {0, 1};
  return {low, high};
}

double round_step(double range, int wanted) {
  const double raw = range / wanted, power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (raw <= factor * power * 1.0001) return factor * power;
  return 10 * power;
}

/// From zero, or below it where values are, to a little above the highest.
Scale quality_scale(const std::vector<Mark>& marks, double from, double to) {
  const auto [low, high] = extent(marks);
  const double top = std::max(high, 0.05);
  return {std::min(0.0, low * 1.1), top * 1.06, from, to, false};
}

struct Box {
  double left, top, right, bottom;
  bool meets(const Box& o) const { return left < o.right && o.left < right && top < o.bottom && o.top < bottom; }
};

/// Places names beside points: the first of some positions that meets nothing placed before.
class Labels {
 public:
  explicit Labels(Box area) : area_(area) {}
  void reserve(Box box) { taken_.push_back(box); }

  Html place(double x, double y, const std::string& words, const std::string& css_class) {
    const double w = letter * static_cast<double>(words.size()), h = 13;
    Box best{};
    double least = HUGE_VAL;
    for (const double dy : {0.0, -14.0, 14.0, -28.0, 28.0, -42.0, 42.0, -56.0, 56.0})
      for (const double left : {x + 10, x - 10 - w, x - w / 2}) {
        const Box box{left, y + dy - h / 2, left + w, y + dy + h / 2};
        const double cost = cost_of(box) + std::abs(dy) / 1000;
        if (cost < least) {
          least = cost;
          best = box;
        }
      }
    taken_.push_back(best);
    return label(best.left, best.bottom - 3, words, "name " + css_class);
  }

 private:
  double cost_of(const Box& box) const {
    double cost =
        box.left < area_.left || box.right > area_.right || box.top < area_.top || box.bottom > area_.bottom ? 1.5 : 0;
    for (const Box& other : taken_) cost += box.meets(other) ? 1 : 0;
    return cost;
  }
  Box area_;
  std::vector<Box> taken_;
};

Html whisker(const Scale& y, const Point& point, double x) {
  if (!std::isfinite(point.y.low)) return {};
  return line(x, y(point.y.low), x, y(point.y.high), "whisker " + point.y.css_class);
}

std::map<int, double> mean_got(const std::vector<std::pair<int, int>>& pairs) {
  std::map<int, std::pair<double, int>> sums;  // by length asked, in steps of four words
  for (const auto& [asked, got] : pairs) {
    auto& [sum, n] = sums[(asked - 1) / 4];
    sum += got;
    ++n;
  }
  std::map<int, double> means;
  for (const auto& [step, sum] : sums) means[step * 4 + 2] = sum.first / sum.second;
  return means;
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, int wanted) {
  std::vector<double> ticks;
  if (!(high > low)) return {low};
  const double step = round_step(high - low, wanted);
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  const auto make = [&](const std::vector<double>& factors) {
    std::vector<double> ticks;
    for (double power = std::floor(std::log10(low)); power <= std::ceil(std::log10(high)); ++power)
      for (const double factor : factors) {
        const double value = factor * std::pow(10, power);
        if (value >= low * 0.9999 && value <= high * 1.0001) ticks.push_back(value);
      }
    return ticks;
  };
  const auto fine = make({1, 2, 5});
  return fine.size() > 6 ? make({1}) : fine;
}

Html interval_chart(const std::vector<Mark>& marks, double guide, const std::string& axis_title) {
  constexpr double left = 10, right = width - 64, top = 6, step = 37;  // values stand right of the plot
  const double bottom = top + step * static_cast<double>(marks.size()) + 2;
  const Scale x = quality_scale(marks, left, right);
  std::vector<Html> parts;
  const auto ticks = linear_ticks(x.low, x.high, 5);
  for (const double tick : ticks) {
    parts.push_back(line(x(tick), top, x(tick), bottom, "grid"));
    parts.push_back(
        label(x(tick), bottom + 15, fixed(tick, decimals_for(ticks)), tick == ticks.front() ? "tick" : "tick middle"));
  }
  if (std::isfinite(guide)) parts.push_back(line(x(guide), top, x(guide), bottom, "guide"));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark& m = marks[i];
    const double y = top + step * static_cast<double>(i) + 27;
    parts.push_back(label(left, y - 11, m.label, "name halo " + m.css_class));
    parts.push_back(label(width - 10, y + 4, fixed(m.value, 3), "value end " + m.css_class));
    if (std::isfinite(m.low)) parts.push_back(line(x(m.low), y, x(m.high), y, "whisker " + m.css_class));
    if (std::isfinite(m.value)) parts.push_back(dot(x(m.value), y, 4.5, "dot " + m.css_class));
  }
  parts.push_back(label((left + right) / 2, bottom + 33, axis_title, "title middle"));
  return svg(bottom + 40, axis_title, parts);
}

Html scatter_chart(const std::vector<Point>& points, const ScatterText& text) {
  const Frame frame;
  std::vector<Mark> marks;
  double low = HUGE_VAL, high = 0;
  for (const Point& p : points) {
    marks.push_back(p.y);
    low = std::min(low, p.x);
    high = std::max(high, p.x);
  }
  if (points.empty()) return {};
  const Scale x{low / 2.2, high * 2.2, frame.left, frame.right, true};
  const Scale y = quality_scale(marks, frame.bottom, frame.top);
  std::vector<Html> parts;
  const auto y_ticks = linear_ticks(y.low, y.high, 5);
  for (const double tick : y_ticks) parts.push_back(frame.y_tick(y(tick), fixed(tick, decimals_for(y_ticks))));
  for (const double tick : log_ticks(x.low, x.high)) parts.push_back(frame.x_tick(x(tick), text.x_tick(tick)));
  parts.push_back(frame.axes(text.x_title, text.y_title));

  Labels labels({frame.left, frame.top - 8, frame.right + 12, frame.bottom});
  for (const Point& p : points) {
    const double px = x(p.x), py = y(p.y.value);
    labels.reserve({px - 6, py - 6, px + 6, py + 6});
    if (std::isfinite(p.y.low)) labels.reserve({px - 2, y(p.y.high), px + 2, y(p.y.low)});
  }
  for (const Point& p : points) {
    parts.push_back(whisker(y, p, x(p.x)));
    parts.push_back(dot(x(p.x), y(p.y.value), 5.5, "dot " + p.y.css_class));
    parts.push_back(labels.place(x(p.x), y(p.y.value), p.y.label, "halo " + p.y.css_class));
  }
  return svg(frame.height, text.y_title + " against " + text.x_title, parts);
}

Html words_chart(const std::vector<std::pair<int, int>>& asked_and_got) {
  if (asked_and_got.empty()) return {};
  const Frame frame;
  int most = 10;
  for (const auto& [asked, got] : asked_and_got) most = std::max({most, asked, got});
  const Scale x{0, most * 1.05, frame.left, frame.right, false}, y{0, most * 1.05, frame.bottom, frame.top, false};
  std::vector<Html> parts;
  for (const double tick : linear_ticks(0, most, 5)) {
    parts.push_back(frame.y_tick(y(tick), fixed(tick, 0)));
    parts.push_back(frame.x_tick(x(tick), fixed(tick, 0)));
  }
  parts.push_back(frame.axes("words asked for", "words written"));
  parts.push_back(line(x(0), y(0), x(most), y(most), "guide"));
  for (const auto& [asked, got] : asked_and_got) parts.push_back(dot(x(asked), y(got), 3.2, "faint student"));
  std::vector<std::pair<double, double>> curve;
  for (const auto& [asked, got] : mean_got(asked_and_got)) curve.emplace_back(x(asked), y(got));
  parts.push_back(polyline(curve, "curve student"));
  return svg(frame.height, "words asked for against words written", parts);
}

}  // namespace udrl::page
