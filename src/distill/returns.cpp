// The arithmetic of returns.
#include "udrl/distill/returns.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace udrl::distill {
namespace {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (double v : values) sum += v;
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

}  // namespace

command::Moments moments_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (double v : values) squares += (v - mean) * (v - mean);
  const double deviation = values.empty() ? 0.0 : std::sqrt(squares / static_cast<double>(values.size()));
  // Equal values may leave rounding behind: that is no spread.
  return {mean, deviation > 1e-12 * std::max(1.0, std::abs(mean)) ? deviation : 0.0};
}

Line fit_line(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (xx <= 0) return {0, mean_y};
  return {xy / xx, mean_y - xy / xx * mean_x};
}

int rank_bin(std::uint64_t rank, std::uint64_t n, int bins) {
  assert(rank >= 1 && rank <= n && bins >= 1);
  return static_cast<int>(static_cast<std::uint64_t>(bins) * (2 * rank - 1) / (2 * n));
}

std::vector<double> bin_edges(std::vector<double> values, int bins) {
  std::sort(values.begin(), values.end());
  const double beyond = std::numeric_limits<double>::max();
  std::vector<double> edges(static_cast<std::size_t>(bins - 1), beyond);
  const std::uint64_t n = values.size();
  for (std::uint64_t rank = n; rank >= 1; --rank) {
    const int bin = rank_bin(rank, n, bins);
    for (int edge = 1; edge <= bin; ++edge) {
      double& lowest = edges[static_cast<std::size_t>(edge - 1)];
      lowest = std::min(lowest, values[rank - 1]);
    }
  }
  return edges;
}

double spread_within(std::span<const double> values, std::span<const std::uint32_t> groups) {
  assert(values.size() == groups.size());
  const std::size_t n = groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end()) + std::size_t{1};
  std::vector<double> sum(n, 0.0), size(n, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum[groups[i]] += values[i];
    size[groups[i]] += 1;
  }
  double squares = 0, freedom = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = values[i] - sum[groups[i]] / size[groups[i]];
    squares += d * d;
  }
  for (double s : size) freedom += std::max(0.0, s - 1);
  return freedom > 0 ? std::sqrt(squares / freedom) : 0.0;
}

}  // namespace udrl::distill
