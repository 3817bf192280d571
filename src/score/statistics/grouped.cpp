// Statistics of grouped values; checked against SciPy in tests/score.
#include "udrl/score/grouped.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "udrl/base/random.hpp"

namespace udrl::score {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewest_to_correlate = 3;

/// Ranks as a vector of mean 0 and length 1, so that a correlation is a product; empty where they do not vary.
std::vector<double> unit_ranks(std::span<const double> values) {
  std::vector<double> r = ranks(values);
  const double middle = mean(r);
  double squares = 0;
  for (double& x : r) {
    x -= middle;
    squares += x * x;
  }
  if (squares <= 0) return {};
  for (double& x : r) x /= std::sqrt(squares);
  return r;
}

double product(const std::vector<double>& x, const std::vector<double>& y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

/// Both sides of one group, ready to be multiplied.
struct RankedGroup {
  std::vector<double> x, y;
  double weight() const { return static_cast<double>(x.size()) - 1; }
};

double mean_correlation(const std::vector<RankedGroup>& groups) {
  double sum = 0, weight = 0;
  for (const RankedGroup& g : groups) {
    sum += g.weight() * product(g.x, g.y);
    weight += g.weight();
  }
  return weight > 0 ? sum / weight : nan;
}

std::vector<RankedGroup> ranked(const Groups& groups, std::span<const double> x, std::span<const double> y) {
  std::vector<RankedGroup> out;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups.size_of(g) < fewest_to_correlate) continue;
    RankedGroup both{unit_ranks(groups.of(x, g)), unit_ranks(groups.of(y, g))};
    if (!both.x.empty() && !both.y.empty()) out.push_back(std::move(both));
  }
  return out;
}

std::vector<std::size_t> sorted_order(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

std::vector<GroupFigure> spearman_by_group(const Groups& groups, std::span<const double> x, std::span<const double> y) {
  std::vector<GroupFigure> figures(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups.size_of(g) < fewest_to_correlate) continue;
    const double r = spearman(groups.of(x, g), groups.of(y, g));
    if (std::isfinite(r)) figures[g] = {r, static_cast<double>(groups.size_of(g)) - 1};
  }
  return figures;
}

double weighted_mean(std::span<const GroupFigure> figures) {
  double sum = 0, weight = 0;
  for (const GroupFigure& f : figures) {
    sum += f.weight * f.value;
    weight += f.weight;
  }
  return weight > 0 ? sum / weight : nan;
}

double partial_correlation(double xy, double xz, double yz) {
  const double rest = (1 - xz * xz) * (1 - yz * yz);
  return rest > 0 ? (xy - xz * yz) / std::sqrt(rest) : nan;
}

ChanceTest agreement_test(const Groups& groups, std::span<const double> x, std::span<const double> y, int shuffles,
                          std::uint64_t seed) {
  std::vector<RankedGroup> pairs = ranked(groups, x, y);
  ChanceTest test{mean_correlation(pairs), nan, nan};
  if (pairs.empty() || shuffles < 1) return test;
  RandomStream random(seed, "agreement");
  std::vector<double> null;
  int reached = 0;
  for (int i = 0; i < shuffles; ++i) {
    for (RankedGroup& pair : pairs) random.shuffle(pair.y);
    null.push_back(mean_correlation(pairs));
    reached += null.back() >= test.value - 1e-12 ? 1 : 0;
  }
  test.null_95 = quantile(std::move(null), 0.95);
  test.p = (1.0 + reached) / (1.0 + shuffles);
  return test;
}

VarianceShares variance_shares(const Groups& groups, std::span<const double> values) {
  const auto k = static_cast<double>(groups.size()), total = static_cast<double>(values.size());
  if (groups.size() < 2 || values.size() <= groups.size()) return {nan, nan, nan, nan};
  const double middle = mean(values);
  double between = 0, within = 0, squared_sizes = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto of_group = groups.of(values, g);
    const auto n = static_cast<double>(of_group.size());
    const double own = mean(of_group);
    between += n * (own - middle) * (own - middle);
    for (const double v : of_group) within += (v - own) * (v - own);
    squared_sizes += n * n;
  }
  const double mean_between = between / (k - 1), mean_within = within / (total - k);
  const double n0 = (total - squared_sizes / total) / (k - 1);
  const double denominator = mean_between + (n0 - 1) * mean_within;
  const double icc = denominator > 0 ? std::max(0.0, (mean_between - mean_within) / denominator) : nan;
  return {mean_within > 0 ? mean_between / mean_within : nan, icc, 1 - icc, std::sqrt(mean_within)};
}

double expected_best(std::span<const double> selecting, std::span<const double> judging, std::size_t n) {
  assert(selecting.size() == judging.size());
  const std::size_t total = selecting.size();
  if (n < 1 || total < n) return nan;
  const std::vector<std::size_t> order = sorted_order(selecting);
  double none_above = 1;  // probability that all n draws lie in order[0 … end)
  double expected = 0;
  for (std::size_t end = total; end > 0 && none_above > 0;) {
    std::size_t begin = end;
    double sum = 0, below = none_above;
    while (begin > 0 && selecting[order[begin - 1]] == selecting[order[end - 1]]) {
      sum += judging[order[begin - 1]];
      below *= begin > n ? static_cast<double>(begin - n) / static_cast<double>(begin) : 0.0;
      --begin;
    }
    expected += (none_above - below) * sum / static_cast<double>(end - begin);
    none_above = below;
    end = begin;
  }
  return expected;
}

std::vector<std::size_t> strict_ranks(std::span<const double> values) {
  const std::vector<std::size_t> order = sorted_order(values);
  std::vector<std::size_t> out(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i]] = i + 1;
  return out;
}

ClusteredAuc::ClusteredAuc(std::span<const double> positives, std::span<const double> negatives,
                           std::span<const std::size_t> cluster_of) {
  assert(positives.size() == cluster_of.size() && negatives.size() == cluster_of.size());
  for (std::size_t i = 0; i < cluster_of.size(); ++i) {
    items_.push_back({positives[i], cluster_of[i], true});
    items_.push_back({negatives[i], cluster_of[i], false});
  }
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.value < b.value; });
}

double ClusteredAuc::operator()(std::span<const double> weights) const {
  double won = 0, positive = 0, negative = 0;
  for (std::size_t i = 0; i < items_.size();) {
    double here = 0, below = 0;
    const double value = items_[i].value;
    for (; i < items_.size() && items_[i].value == value; ++i)
      (items_[i].positive ? here : below) += weights[items_[i].cluster];
    won += here * (negative + 0.5 * below);
    positive += here;
    negative += below;
  }
  return positive > 0 && negative > 0 ? won / (positive * negative) : nan;
}

}  // namespace udrl::score
