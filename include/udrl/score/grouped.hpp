// Statistics of values that come in groups (the draws of an intent): agreement within groups and what chance would
// give, shares of variance, best of n, ranks among few. Not for: what the groups are, or verdicts (inspect/doctor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "udrl/score/statistics.hpp"

namespace udrl::score {

/// Values lie group by group: those of group g at starts[g] … starts[g + 1] − 1.
struct Groups {
  std::vector<std::size_t> starts{0};

  std::size_t size() const { return starts.size() - 1; }
  std::size_t size_of(std::size_t g) const { return starts[g + 1] - starts[g]; }
  std::span<const double> of(std::span<const double> values, std::size_t g) const {
    return values.subspan(starts[g], size_of(g));
  }
};

/// One figure a group, and what it weighs in the mean over groups.
struct GroupFigure {
  double value = 0;
  double weight = 0;  ///< 0: the group has none
};

/// Spearman's correlation in each group of three and more in which both vary, weighing size − 1: the inverse of its
/// variance under chance.
std::vector<GroupFigure> spearman_by_group(const Groups& groups, std::span<const double> x, std::span<const double> y);
/// NaN where all weights are 0.
double weighted_mean(std::span<const GroupFigure> figures);
/// What x and y share beside z: (xy − xz·yz) / √((1 − xz²)(1 − yz²)).
double partial_correlation(double xy, double xz, double yz);

/// Is the agreement within groups more than chance gives? One-sided, by shuffling y within each group.
struct ChanceTest {
  double value = 0;    ///< weighted mean of the groups' correlations
  double null_95 = 0;  ///< 95% of the shuffles lie below this
  double p = 1;        ///< (1 + shuffles that reach the value) / (1 + shuffles)
};
ChanceTest agreement_test(const Groups& groups, std::span<const double> x, std::span<const double> y, int shuffles,
                          std::uint64_t seed);

/// One-way random effects with unequal group sizes (Donner, 1986): n₀ = (N − Σ n²/N) / (k − 1).
struct VarianceShares {
  double f = 0;        ///< mean square between / mean square within
  double between = 0;  ///< intraclass correlation, not below 0
  double within = 0;   ///< 1 − between
  double sd_within = 0;
};
/// NaN where there are no two groups or no group of two.
VarianceShares variance_shares(const Groups& groups, std::span<const double> values);

/// Expected `judging` of the best by `selecting` of n draws without replacement: the unbiased order statistic; those
/// that tie share the choice. NaN where there are fewer than n.
double expected_best(std::span<const double> selecting, std::span<const double> judging, std::size_t n);

/// Ranks 1 … n, the earlier one of a tie below.
std::vector<std::size_t> strict_ranks(std::span<const double> values);

/// AUC over clusters that may weigh more or less, as in a bootstrap: pairs count weight × weight.
class ClusteredAuc {
 public:
  ClusteredAuc(std::span<const double> positives, std::span<const double> negatives,
               std::span<const std::size_t> cluster_of);
  /// Weights by cluster. NaN where a side weighs nothing.
  double operator()(std::span<const double> weights) const;

 private:
  struct Item {
    double value;
    std::size_t cluster;
    bool positive;
  };
  std::vector<Item> items_;  ///< by value
};

}  // namespace udrl::score
