// What selecting by a scorer gains, by its own measure and by another's.
#include <algorithm>
#include <cmath>

#include "spread.hpp"
#include "udrl/distill/returns.hpp"
#include "udrl/score/kinds.hpp"

namespace udrl::inspect {
namespace {

using score::GroupFigure;

/// Means of `judging` over the top and the lowest bin by `selecting`, above the mean draw; no weight where a bin is
/// empty.
struct BinMeans {
  GroupFigure top, lowest;
};
BinMeans bin_means(std::span<const double> selecting, std::span<const double> judging, int bins) {
  const auto ranks = score::strict_ranks(selecting);
  std::vector<double> top, lowest;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const int bin = distill::rank_bin(ranks[i], ranks.size(), bins);
    if (bin == bins - 1) top.push_back(judging[i]);
    if (bin == 0) lowest.push_back(judging[i]);
  }
  if (top.empty() || lowest.empty()) return {};
  const double mean = score::mean(judging);
  return {{score::mean(top) - mean, 1}, {score::mean(lowest) - mean, 1}};
}

/// Least squares of y on x with the groups' means taken out.
double slope_within(const score::Groups& groups, std::span<const double> x, std::span<const double> y) {
  double xx = 0, xy = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double mean_x = score::mean(groups.of(x, g)), mean_y = score::mean(groups.of(y, g));
    for (std::size_t i = groups.starts[g]; i < groups.starts[g + 1]; ++i) {
      xx += (x[i] - mean_x) * (x[i] - mean_x);
      xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
  }
  return xx > 0 ? xy / xx : 0;
}

}  // namespace

/// Deep groups where there are any, so that every n is of the same ones.
std::vector<std::size_t> Examination::deep_or_all() const {
  std::vector<std::size_t> deep, all;
  for (std::size_t g = 0; g < cases_.infos.size(); ++g) {
    all.push_back(g);
    if (cases_.infos[g].deep) deep.push_back(g);
  }
  return deep.empty() ? all : deep;
}

BestOf Examination::best_of(std::size_t selecting, std::size_t judging, std::size_t n) const {
  BestOf out{cases_.scorers[selecting], cases_.scorers[judging], n, 0, {}};
  std::vector<GroupFigure> gains(cases_.groups.size());
  for (const std::size_t g : deep_or_all()) {
    if (cases_.groups.size_of(g) < n) continue;
    const auto judged = cases_.groups.of(z_[judging], g);
    gains[g] = {score::expected_best(cases_.groups.of(z_[selecting], g), judged, n) - score::mean(judged), 1};
    ++out.groups;
  }
  out.gain = over_groups(gains);
  return out;
}

std::vector<BestOf> Examination::best_of_n() const {
  std::vector<BestOf> out;
  for (std::size_t s = 0; s < cases_.scorers.size(); ++s)
    for (std::size_t j = 0; j < cases_.scorers.size(); ++j)
      for (const std::size_t n : {2, 4, 6, 16}) {
        BestOf best = best_of(s, j, n);
        if (best.groups > 0) out.push_back(std::move(best));
      }
  return out;
}

Expected Examination::expect(std::size_t label, const std::string& judge, const Column& z, const Column& raw) const {
  Expected out{cases_.scorers[label], judge, false, {}, {}, 0, 0};
  std::vector<GroupFigure> gain(cases_.groups.size()), range = gain, raw_range = gain;
  for (std::size_t g = 0; g < cases_.groups.size(); ++g) {
    const auto selecting = cases_.groups.of(z_[label], g);
    const auto apart = [](const BinMeans& means) {
      return GroupFigure{means.top.value - means.lowest.value, means.top.weight};
    };
    const BinMeans means = bin_means(selecting, cases_.groups.of(z, g), options_.bins);
    gain[g] = means.top;
    range[g] = apart(means);
    raw_range[g] = apart(bin_means(selecting, cases_.groups.of(raw, g), options_.bins));
  }
  out.independent = judge == independent_judge || score::independent(out.label, judge);
  out.gain = over_groups(gain);
  out.range = over_groups(range);
  out.raw_range = score::weighted_mean(raw_range);
  out.slope = slope_within(cases_.groups, z_[label], z);
  return out;
}

Examination::Column Examination::mean_of_independent(std::size_t label, const std::vector<std::string>& judges) const {
  Column sum;
  double n = 0;
  for (std::size_t s = 0; s < cases_.scorers.size(); ++s) {
    const std::string& name = cases_.scorers[s];
    if (!score::independent(cases_.scorers[label], name)) continue;
    if (std::find(judges.begin(), judges.end(), name) == judges.end()) continue;
    sum.resize(cases_.draws(), 0.0);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += z_[s][i];
    ++n;
  }
  for (double& value : sum) value /= n;
  return sum;
}

std::vector<Expected> Examination::expected(const std::vector<std::string>& judges) const {
  std::vector<Expected> out;
  for (std::size_t label = 0; label < cases_.scorers.size(); ++label) {
    for (std::size_t j = 0; j < cases_.scorers.size(); ++j)
      out.push_back(expect(label, cases_.scorers[j], z_[j], cases_.scores[j]));
    const Column others = mean_of_independent(label, judges);
    if (!others.empty()) out.push_back(expect(label, independent_judge, others, others));
  }
  return out;
}

}  // namespace udrl::inspect
