// Agreement, effects, shares of variance, ranks among few.
#include "spread.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/distill/returns.hpp"
#include "udrl/score/kinds.hpp"

namespace udrl::inspect {
namespace {

using score::Estimate, score::GroupFigure, score::Groups;

constexpr int subsets = 20;  // of each deep group
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The values of some groups, laid out as groups of their own.
struct Part {
  Groups groups;
  std::vector<double> values;
};
Part part_of(const DoctorCases& cases, const std::vector<double>& column, const std::vector<std::size_t>& wanted) {
  Part part;
  for (const std::size_t g : wanted) {
    const auto values = cases.groups.of(column, g);
    part.values.insert(part.values.end(), values.begin(), values.end());
    part.groups.starts.push_back(part.values.size());
  }
  return part;
}

std::vector<double> standardised(const DoctorCases& cases, const std::vector<double>& column) {
  std::vector<double> z(column.size());
  for (std::size_t t = 0; t < cases.tasks.size(); ++t) {
    const auto groups = cases.groups_of_task(t);
    const command::Moments moments = distill::moments_of(part_of(cases, column, groups).values);
    for (const std::size_t g : groups)
      for (std::size_t i = cases.groups.starts[g]; i < cases.groups.starts[g + 1]; ++i)
        z[i] = moments.deviation > 0 ? (column[i] - moments.mean) / moments.deviation : 0;
  }
  return z;
}

/// Mean over tasks of what `f` gives for a task's groups, weighing its draws; tasks without a figure are left out.
template <class F>
double over_tasks(const DoctorCases& cases, F f) {
  double sum = 0, weight = 0;
  for (std::size_t t = 0; t < cases.tasks.size(); ++t) {
    const auto groups = cases.groups_of_task(t);
    double draws = 0;
    for (const std::size_t g : groups) draws += static_cast<double>(cases.groups.size_of(g));
    const double value = f(groups);
    if (!std::isfinite(value)) continue;
    sum += draws * value;
    weight += draws;
  }
  return weight > 0 ? sum / weight : nan;
}

/// Bins and relative ranks of one subset, beside those of its members in the whole group.
struct RankTally {
  std::vector<double> among_few, among_all;
  double same = 0, near = 0, count = 0;
};

/// `whole`: ranks in the group; `picked`: positions of the subset.
void tally(const std::vector<double>& values, const std::vector<std::size_t>& whole,
           const std::vector<std::size_t>& picked, int bins, RankTally& to) {
  std::vector<double> few;
  for (const std::size_t i : picked) few.push_back(values[i]);
  const auto ranks = score::strict_ranks(few);
  const auto relative = [](std::size_t rank, std::size_t n) {
    return (static_cast<double>(rank) - 0.5) / static_cast<double>(n);
  };
  for (std::size_t k = 0; k < picked.size(); ++k) {
    const std::size_t rank = whole[picked[k]];
    const int apart =
        std::abs(distill::rank_bin(ranks[k], few.size(), bins) - distill::rank_bin(rank, values.size(), bins));
    to.same += apart == 0 ? 1 : 0;
    to.near += apart <= 1 ? 1 : 0;
    to.count += 1;
    to.among_few.push_back(relative(ranks[k], few.size()));
    to.among_all.push_back(relative(rank, values.size()));
  }
}

}  // namespace

Examination::Examination(const DoctorOptions& options, const DoctorCases& cases, const score::Resamples& resamples)
    : options_(options), cases_(cases), resamples_(resamples) {
  for (const Column& column : cases.scores) z_.push_back(standardised(cases, column));
}

Estimate Examination::over_groups(const std::vector<GroupFigure>& figures) const {
  score::Column column{Column(resamples_.clusters), Column(resamples_.clusters)};
  for (std::size_t g = 0; g < figures.size(); ++g) {
    column.sums[cases_.infos[g].subject] += figures[g].weight * figures[g].value;
    column.counts[cases_.infos[g].subject] += figures[g].weight;
  }
  return score::estimate_mean(column, resamples_);
}

std::vector<Agreement> Examination::agreements() const {
  const auto &words = cases_.factors.at("words"), &copying = cases_.factors.at("copying");
  const auto within = [&](const Column& x, const Column& y) {
    const double r = score::weighted_mean(score::spearman_by_group(cases_.groups, x, y));
    return std::isfinite(r) ? r : 0;  // what does not vary explains nothing
  };
  std::vector<Agreement> out;
  for (std::size_t a = 0; a < cases_.scorers.size(); ++a)
    for (std::size_t b = a + 1; b < cases_.scorers.size(); ++b) {
      const Column &x = cases_.scores[a], &y = cases_.scores[b];
      Agreement pair{cases_.scorers[a], cases_.scorers[b], false, {}, {}, 0, 0};
      pair.independent = score::independent(pair.a, pair.b);
      pair.spearman = over_groups(score::spearman_by_group(cases_.groups, x, y));
      pair.chance = score::agreement_test(cases_.groups, x, y, options_.resamples, options_.seed);
      const auto given = [&](const Column& z) {
        return score::partial_correlation(pair.spearman.value, within(x, z), within(y, z));
      };
      pair.given_words = given(words);
      pair.given_copying = given(copying);
      out.push_back(std::move(pair));
      check_stop("the examination was stopped", "run the same command again");
    }
  return out;
}

std::vector<Effect> Examination::effects() const {
  std::vector<Effect> out;
  for (std::size_t s = 0; s < cases_.scorers.size(); ++s)
    for (const auto& [factor, column] : cases_.factors) {
      const double across = over_tasks(cases_, [&, &values = column](const auto& groups) {
        return score::spearman(part_of(cases_, cases_.scores[s], groups).values,
                               part_of(cases_, values, groups).values);
      });
      out.push_back({cases_.scorers[s], factor, across,
                     over_groups(score::spearman_by_group(cases_.groups, cases_.scores[s], column))});
    }
  return out;
}

std::vector<Spread> Examination::spreads() const {
  std::vector<Spread> out;
  for (std::size_t s = 0; s < cases_.scorers.size(); ++s) {
    const auto mean_of = [&](auto figure) {
      return over_tasks(cases_, [&](const auto& groups) {
        const Part part = part_of(cases_, cases_.scores[s], groups);
        return figure(part);
      });
    };
    Spread spread{cases_.scorers[s], 0, 0, 0, 0};
    spread.between = mean_of([](const Part& p) { return score::variance_shares(p.groups, p.values).between; });
    spread.within = 1 - spread.between;
    spread.sd = mean_of([](const Part& p) { return distill::moments_of(p.values).deviation; });
    spread.sd_within = mean_of([](const Part& p) { return score::variance_shares(p.groups, p.values).sd_within; });
    out.push_back(std::move(spread));
  }
  return out;
}

FewDraws Examination::few_draws_of(std::size_t scorer, std::size_t n) const {
  FewDraws out{cases_.scorers[scorer], n, 0, 0, {}, {}};
  std::vector<GroupFigure> same(cases_.groups.size()), near(cases_.groups.size());
  RankTally all;
  RandomStream random(options_.seed, "few draws");
  for (std::size_t g = 0; g < cases_.groups.size(); ++g) {
    if (!cases_.infos[g].deep) continue;
    const auto of_group = cases_.groups.of(cases_.scores[scorer], g);
    const std::vector<double> values(of_group.begin(), of_group.end());
    const auto whole = score::strict_ranks(values);
    std::vector<std::size_t> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    RankTally own;
    for (int k = 0; k < subsets; ++k) {
      random.shuffle(order);
      tally(values, whole, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n)}, options_.bins, own);
    }
    same[g] = {own.same / own.count, 1};
    near[g] = {own.near / own.count, 1};
    all.among_few.insert(all.among_few.end(), own.among_few.begin(), own.among_few.end());
    all.among_all.insert(all.among_all.end(), own.among_all.begin(), own.among_all.end());
    ++out.groups;
  }
  out.spearman = score::spearman(all.among_few, all.among_all);
  out.same_bin = over_groups(same);
  out.near_bin = over_groups(near);
  return out;
}

std::vector<FewDraws> Examination::few_draws() const {
  std::vector<FewDraws> out;
  const bool any = std::any_of(cases_.infos.begin(), cases_.infos.end(), [](const CaseGroup& g) { return g.deep; });
  for (std::size_t s = 0; s < cases_.scorers.size() && any; ++s)
    for (const std::size_t n : {4, 6})
      if (n < static_cast<std::size_t>(options_.deep_draws)) out.push_back(few_draws_of(s, n));
  return out;
}

}  // namespace udrl::inspect
