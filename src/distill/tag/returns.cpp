// The arithmetic of returns.
#include "udrl/distill/returns.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace udrl::distill {

void MomentsFit::second(double value) { squares_ += (value - mean()) * (value - mean()); }

command::Moments MomentsFit::moments() const {
  const double deviation = count_ == 0 ? 0.0 : std::sqrt(squares_ / static_cast<double>(count_));
  // Equal values may leave rounding behind: that is no spread.
  return {mean(), deviation > 1e-12 * std::max(1.0, std::abs(mean())) ? deviation : 0.0};
}

command::Moments moments_of(std::span<const double> values) {
  MomentsFit fit;
  for (const double v : values) fit.first(v);
  for (const double v : values) fit.second(v);
  return fit.moments();
}

void LineFit::second(double x, double y) {
  const double dx = x - mean(sum_x_);
  xx_ += dx * dx;
  xy_ += dx * (y - mean(sum_y_));
}

Line LineFit::line() const {
  if (xx_ <= 0) return {0, mean(sum_y_)};
  return {xy_ / xx_, mean(sum_y_) - xy_ / xx_ * mean(sum_x_)};
}

Line fit_line(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  LineFit fit;
  for (std::size_t i = 0; i < x.size(); ++i) fit.first(x[i], y[i]);
  for (std::size_t i = 0; i < x.size(); ++i) fit.second(x[i], y[i]);
  return fit.line();
}

int tie_bin(std::uint64_t first, std::uint64_t last, std::uint64_t n, int bins) {
  assert(first >= 1 && first <= last && last <= n && bins >= 1);
  return static_cast<int>(static_cast<std::uint64_t>(bins) * (first + last - 1) / (2 * n));
}

int rank_bin(std::uint64_t rank, std::uint64_t n, int bins) { return tie_bin(rank, rank, n, bins); }

BinEdges::BinEdges(std::uint64_t n, int bins)
    : n_(n), bins_(bins), edges_(static_cast<std::size_t>(bins - 1), std::numeric_limits<double>::max()) {}

void BinEdges::add(double value) {
  const int bin = rank_bin(++rank_, n_, bins_);
  for (; next_ <= bin; ++next_) edges_[static_cast<std::size_t>(next_ - 1)] = value;
}

std::vector<double> bin_edges(std::vector<double> values, int bins) {
  std::sort(values.begin(), values.end());
  BinEdges edges(values.size(), bins);
  for (const double value : values) edges.add(value);
  return edges.edges();
}

void SpreadWithin::add_group(std::span<const double> values) {
  if (values.size() < 2) return;
  const double mean = moments_of(values).mean;
  for (const double value : values) squares_ += (value - mean) * (value - mean);
  freedom_ += values.size() - 1;
}

double SpreadWithin::spread() const { return freedom_ > 0 ? std::sqrt(squares_ / static_cast<double>(freedom_)) : 0.0; }

}  // namespace udrl::distill
