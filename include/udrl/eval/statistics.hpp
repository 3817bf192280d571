// Means, quantiles, ranks and the bootstrap that is paired by case and clustered by subject.
// Not for: what is measured (metrics.hpp) or which comparisons are made (compare.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace udrl::eval {

/// NaN for no values.
double mean(std::span<const double> values);
/// Quantile p in [0, 1] by linear interpolation between order statistics (NumPy's default). NaN for no values.
double quantile(std::vector<double> values, double p);
/// Spearman's rank correlation, ties by average rank. NaN if either side is constant or there are under two pairs.
double spearman(std::span<const double> x, std::span<const double> y);
/// Probability that a positive exceeds a negative, ties counted half (Mann–Whitney U / n·m). NaN if either is empty.
double auc(std::span<const double> positives, std::span<const double> negatives);

/// One measured quantity over cases, summed by cluster: all that a cluster bootstrap of its mean needs.
struct Column {
  std::vector<double> sums;    ///< by cluster
  std::vector<double> counts;  ///< by cluster

  double mean() const;
};
/// `cluster_of[i]` in 0 … clusters-1 is the cluster of `values[i]`.
Column make_column(std::span<const double> values, std::span<const std::size_t> cluster_of, std::size_t clusters);

/// Which clusters each resample holds: `draws` rows of `clusters` indices. The same resamples are used for every
/// column, and that is what pairs systems.
struct Resamples {
  std::size_t clusters = 0;
  std::vector<std::uint32_t> indices;  ///< draws × clusters, row-major

  std::size_t draws() const { return clusters == 0 ? 0 : indices.size() / clusters; }
};
/// A function of (clusters, draws, seed) alone.
Resamples draw_resamples(std::size_t clusters, std::size_t draws, std::uint64_t seed);
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
/// Percentile interval of `draws`; undefined if over 1% of them are not finite.
Estimate estimate(double value, const std::vector<double>& draws);

/// `withheld`: the evaluation as a whole does not deserve one (compare.hpp); `decide` never says so.
enum class Verdict { pass, fail, inconclusive, undefined, withheld };
std::string to_string(Verdict verdict);

/// Means of one comparison, with the same resamples in each vector.
struct Compared {
  double system, reference, floor;
  std::vector<double> system_draws, reference_draws, floor_draws;
};
/// (system − floor) / (reference − floor), the ratio that has a zero. Undefined unless the reference beats the floor
/// with one-sided 95% confidence.
Estimate floor_corrected_ratio(const Compared& compared);
/// system / reference.
Estimate raw_ratio(const Compared& compared);
/// Is the floor-corrected ratio above `margin`? PASS and FAIL are one-sided at 95%, decided on
/// (system − floor) − margin · (reference − floor), which has no pole. Undefined where the ratio is.
Verdict decide(const Compared& compared, double margin);

}  // namespace udrl::eval
