// Progress in words. Not for: where it is shown (observer.cpp).
#include <cmath>
#include <cstdio>
#include <string>

#include "udrl/base/observer.hpp"
#include "udrl/base/table.hpp"

namespace udrl {
namespace {

constexpr double shortest_measured_s = 0.2;  // a rate over less says nothing

std::string rate_text(double rate) {
  if (rate >= 100) return grouped(static_cast<std::uint64_t>(std::llround(rate)));
  return fixed(rate, rate >= 10 ? 1 : 2);
}

std::string duration_text(double seconds) {
  const auto s = static_cast<std::uint64_t>(std::llround(seconds));
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3600) return std::to_string(s / 60) + "m " + std::to_string(s % 60) + "s";
  return grouped(s / 3600) + "h " + std::to_string(s / 60 % 60) + "m";
}

std::string count_text(const Progress& p) {
  std::string text = grouped(p.done);
  if (p.total > 0) text += " of " + grouped(p.total);
  if (!p.unit.empty()) text += " " + p.unit;
  if (p.total > 0) text += " (" + fixed(100.0 * static_cast<double>(p.done) / static_cast<double>(p.total), 1) + "%)";
  return text;
}

std::string time_text(const Progress& p, double elapsed_s, double rate) {
  const bool finished = p.total > 0 && p.done >= p.total;
  if (finished) return "  in " + duration_text(elapsed_s);
  if (p.total == 0 || rate <= 0) return "";
  return "  " + duration_text(static_cast<double>(p.total - p.done) / rate) + " left";
}

}  // namespace

std::string progress_text(const Progress& p, double elapsed_s, std::uint64_t base) {
  std::string text = count_text(p);
  const double done_here = p.done > base ? static_cast<double>(p.done - base) : 0;
  const bool measured = elapsed_s >= shortest_measured_s && done_here > 0;
  const double rate = measured ? done_here / elapsed_s : 0;
  if (measured) text += "  " + rate_text(rate) + (p.unit.empty() ? "/s" : " " + p.unit + "/s");
  if (elapsed_s >= shortest_measured_s) text += time_text(p, elapsed_s, rate);
  if (!p.detail.empty()) text += "  " + p.detail;
  return text;
}

}  // namespace udrl
