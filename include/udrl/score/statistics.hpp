// Means, quantiles, ranks and the bootstrap that is paired by case and clustered by subject.
// Not for: what is measured, or what follows from it (eval/stats/ratio.hpp, inspect/doctor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace udrl::score {

/// NaN for no values.
double mean(std::span<const double> values);
/// Quantile p in [0, 1] by linear interpolation between order statistics (NumPy's default). NaN for no values.
double quantile(std::vector<double> values, double p);
/// Ranks from 1, ties share their average.
std::vector<double> ranks(std::span<const double> values);
/// NaN if either side is constant.
double pearson(std::span<const double> x, std::span<const double> y);
/// Spearman's rank correlation, ties by average rank. NaN if either side is constant or there are under two pairs.
double spearman(std::span<const double> x, std::span<const double> y);
/// Probability that a positive exceeds a negative, ties counted half (Mann–Whitney U / n·m). NaN if either is empty.
double auc(std::span<const double> positives, std::span<const double> negatives);

/// Holm's step-down adjustment of a family's p-values (Holm, 1979, "A simple sequentially rejective multiple test
/// procedure"), in their order.
std::vector<double> holm(std::span<const double> p);

/// One measured quantity over cases, summed by cluster: all that a cluster bootstrap of its mean needs.
struct Column {
  std::vector<double> sums;    ///< by cluster
  std::vector<double> counts;  ///< by cluster

  double mean() const;
};
/// `cluster_of[i]` in 0 … clusters-1 is the cluster of `values[i]`.
Column make_column(std::span<const double> values, std::span<const std::size_t> cluster_of, std::size_t clusters);

/// Which clusters each resample holds: `size` rows of `clusters` indices. The same resamples are used for every
/// column, and that is what pairs systems.
struct Resamples {
  std::size_t clusters = 0;
  std::vector<std::uint32_t> indices;  ///< size × clusters, row-major

  std::size_t size() const { return clusters == 0 ? 0 : indices.size() / clusters; }
  /// How many times a resample holds each cluster.
  std::vector<double> weights(std::size_t resample) const;
};
/// Of fewer than these no resample says how far another sample would be: their interval is undefined, not narrow.
inline constexpr std::size_t least_clusters = 3;

/// A function of (clusters, size, seed) alone.
Resamples draw_resamples(std::size_t clusters, std::size_t size, std::uint64_t seed);
/// What `of_weights` makes of each resample's weights; NaN where there are fewer than `least_clusters`.
template <class F>
std::vector<double> resampled(const Resamples& resamples, F of_weights) {
  std::vector<double> figures(resamples.size(), std::numeric_limits<double>::quiet_NaN());
  if (resamples.clusters < least_clusters) return figures;
  for (std::size_t i = 0; i < figures.size(); ++i) figures[i] = of_weights(resamples.weights(i));
  return figures;
}
/// The mean of the column in each resample; NaN where the resample holds none of its cases.
std::vector<double> resampled_means(const Column& column, const Resamples& resamples);

/// A figure with what the bootstrap says about it. NaN where undefined.
struct Estimate {
  double value;
  double low;       ///< 2.5% and …
  double high;      ///< … 97.5% percentile: the two-sided 95% interval
  double lower_95;  ///< 5% percentile: one-sided 95% lower bound
  double upper_95;  ///< 95% percentile
};
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr Estimate undefined_estimate{not_a_number, not_a_number, not_a_number, not_a_number, not_a_number};

/// Which percentiles an estimate takes.
struct Levels {
  double low = 0.025, high = 0.975, lower_95 = 0.05, upper_95 = 0.95;
};
/// Percentile interval of `resampled`; undefined if over 1% of them are not finite.
Estimate estimate(double value, const std::vector<double>& resampled, const Levels& levels = {});
Estimate estimate_mean(const Column& column, const Resamples& resamples);
/// `cluster_of` as for a column.
Estimate estimate_mean(std::span<const double> values, std::span<const std::size_t> cluster_of,
                       const Resamples& resamples);
/// mean(part) / mean(whole), resampled alike. Undefined where the whole is not above 0 with its one-sided 95% bound.
Estimate estimate_share(const Column& part, const Column& whole, const Resamples& resamples);
/// Spearman's rank correlation. The ranks are those among all values; the bootstrap resamples clusters of them.
Estimate estimate_spearman(std::span<const double> x, std::span<const double> y,
                           std::span<const std::size_t> cluster_of, const Resamples& resamples);

}  // namespace udrl::score
