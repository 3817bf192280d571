// The statistics of statistics.hpp, each a few lines; checked against SciPy and NumPy in tests/score.
#include "udrl/score/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "udrl/base/random.hpp"

namespace udrl::score {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double most_undefined = 0.01;  // share of resamples that may be undefined

/// `values` in ascending order, at least one.
double sorted_quantile(const std::vector<double>& values, double p) {
  const double position = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) out[order[k]] = 0.5 * static_cast<double>(i + 1 + end);
    i = end;
  }
  return out;
}

double pearson(std::span<const double> x, std::span<const double> y) {
  const double mx = mean(x), my = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : nan;
}

double mean(std::span<const double> values) {
  if (values.empty()) return nan;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return nan;
  std::sort(values.begin(), values.end());
  return sorted_quantile(values, p);
}

double spearman(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  if (x.size() < 2) return nan;
  return pearson(ranks(x), ranks(y));
}

double auc(std::span<const double> positives, std::span<const double> negatives) {
  if (positives.empty() || negatives.empty()) return nan;
  std::vector<double> all(positives.begin(), positives.end());
  all.insert(all.end(), negatives.begin(), negatives.end());
  const auto rank = ranks(all);
  const auto n = static_cast<double>(positives.size()), m = static_cast<double>(negatives.size());
  const double sum = std::accumulate(rank.begin(), rank.begin() + static_cast<std::ptrdiff_t>(positives.size()), 0.0);
  return (sum - n * (n + 1) / 2) / (n * m);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, p[order[rank]] * static_cast<double>(p.size() - rank)));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

double Column::mean() const {
  const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
  return count > 0 ? std::accumulate(sums.begin(), sums.end(), 0.0) / count : nan;
}

Column make_column(std::span<const double> values, std::span<const std::size_t> cluster_of, std::size_t clusters) {
  assert(values.size() == cluster_of.size());
  Column column{std::vector<double>(clusters), std::vector<double>(clusters)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    column.sums[cluster_of[i]] += values[i];
    column.counts[cluster_of[i]] += 1;
  }
  return column;
}

Resamples draw_resamples(std::size_t clusters, std::size_t size, std::uint64_t seed) {
  Resamples resamples{clusters, std::vector<std::uint32_t>(clusters * size)};
  RandomStream stream(seed, "bootstrap");
  for (auto& index : resamples.indices) index = static_cast<std::uint32_t>(stream.below(clusters));
  return resamples;
}

std::vector<double> Resamples::weights(std::size_t resample) const {
  std::vector<double> weights(clusters, 0.0);
  for (std::size_t i = 0; i < clusters; ++i) weights[indices[resample * clusters + i]] += 1;
  return weights;
}

std::vector<double> resampled_means(const Column& column, const Resamples& resamples) {
  std::vector<double> means(resamples.size(), nan);
  if (resamples.clusters < least_clusters) return means;
  for (std::size_t resample = 0; resample < means.size(); ++resample) {
    double sum = 0, count = 0;
    const std::uint32_t* index = resamples.indices.data() + resample * resamples.clusters;
    for (std::size_t i = 0; i < resamples.clusters; ++i) {
      sum += column.sums[index[i]];
      count += column.counts[index[i]];
    }
    means[resample] = count > 0 ? sum / count : nan;
  }
  return means;
}

Estimate estimate(double value, const std::vector<double>& resampled, const Levels& levels) {
  std::vector<double> finite;
  std::copy_if(resampled.begin(), resampled.end(), std::back_inserter(finite),
               [](double x) { return std::isfinite(x); });
  const double undefined = static_cast<double>(resampled.size() - finite.size());
  if (finite.empty() || undefined > most_undefined * static_cast<double>(resampled.size()))
    return {value, nan, nan, nan, nan};
  std::sort(finite.begin(), finite.end());
  return {value, sorted_quantile(finite, levels.low), sorted_quantile(finite, levels.high),
          sorted_quantile(finite, levels.lower_95), sorted_quantile(finite, levels.upper_95)};
}

Estimate estimate_mean(const Column& column, const Resamples& resamples) {
  return estimate(column.mean(), resampled_means(column, resamples));
}

Estimate estimate_mean(std::span<const double> values, std::span<const std::size_t> cluster_of,
                       const Resamples& resamples) {
  return estimate_mean(make_column(values, cluster_of, resamples.clusters), resamples);
}

Estimate estimate_share(const Column& part, const Column& whole, const Resamples& resamples) {
  std::vector<double> parts = resampled_means(part, resamples);
  const std::vector<double> wholes = resampled_means(whole, resamples);
  if (!(estimate(whole.mean(), wholes).lower_95 > 0)) return undefined_estimate;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = wholes[i] > 0 ? parts[i] / wholes[i] : not_a_number;
  return estimate(part.mean() / whole.mean(), parts);
}

Estimate estimate_spearman(std::span<const double> x, std::span<const double> y,
                           std::span<const std::size_t> cluster_of, const Resamples& resamples) {
  assert(x.size() == y.size() && x.size() == cluster_of.size());
  const std::vector<double> a = ranks(x), b = ranks(y);
  const auto means_of_products = [&](const std::vector<double>& left, const std::vector<double>& right) {
    std::vector<double> products;
    for (std::size_t i = 0; i < left.size(); ++i) products.push_back(left[i] * right[i]);
    return resampled_means(make_column(products, cluster_of, resamples.clusters), resamples);
  };
  const std::vector<double> one(a.size(), 1.0), mean_a = means_of_products(a, one), mean_b = means_of_products(b, one),
                                                aa = means_of_products(a, a), bb = means_of_products(b, b);
  std::vector<double> draws = means_of_products(a, b);
  for (std::size_t d = 0; d < draws.size(); ++d) {
    const double variances = (aa[d] - mean_a[d] * mean_a[d]) * (bb[d] - mean_b[d] * mean_b[d]);
    draws[d] = variances > 0 ? (draws[d] - mean_a[d] * mean_b[d]) / std::sqrt(variances) : nan;
  }
  return estimate(spearman(x, y), draws);
}

}  // namespace udrl::score
