// Figures of half samples, and the ratios of two rows' figures.
#include "diversity_ratio.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "udrl/base/random.hpp"
#include "udrl/score/diversity.hpp"

namespace udrl::eval {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t samples = 200;
constexpr double z_95 = 1.6449, z_975 = 1.9600;  // quantiles of the normal distribution

double distinct_2(const MeasuredRow& row, const std::vector<bool>& chosen, int at_most_words) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < row.answers.size(); ++i)
    if (chosen[i]) texts.push_back(row.answers[i].answer.text);
  return score::distinct_n(texts, 2, at_most_words);
}

std::vector<bool> main_cases(const CaseSet& set) {
  std::vector<bool> chosen;
  for (const Case& c : set.cases) chosen.push_back(c.part == 0);
  return chosen;
}

Estimate ratio_of(double own, double other, const std::vector<double>& own_halves,
                  const std::vector<double>& other_halves) {
  if (!(other > 0) || own_halves.empty() || own_halves.size() != other_halves.size()) return score::undefined_estimate;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < own_halves.size(); ++i)
    ratios.push_back(other_halves[i] > 0 ? own_halves[i] / other_halves[i] : nan);
  return from_half_samples(own / other, ratios);
}

/// The worst first; one that is undefined decides nothing.
int rank(Verdict verdict) {
  if (verdict == Verdict::undefined) return 3;
  return verdict == Verdict::fail ? 0 : verdict == Verdict::inconclusive ? 1 : 2;
}

/// Both must be above, so that the one with the worse verdict decides; of equal ones the lower.
void judge(DiversityRatio& d, double margin, std::size_t subjects) {
  const Judgement first = judge_estimate(d.distinct_2, margin, subjects),
                  second = judge_estimate(d.spread, margin, subjects);
  const int of_first = rank(first.verdict), of_second = rank(second.verdict);
  const bool is_spread = of_first == of_second ? d.spread.value < d.distinct_2.value : of_second < of_first;
  Judgement decides = is_spread ? second : first;
  if (std::max(of_first, of_second) < rank(Verdict::undefined)) decides.p = std::max(first.p, second.p);
  d.at.push_back(decides);
  d.by_spread.push_back(is_spread);
}

}  // namespace

Estimate from_half_samples(double value, const std::vector<double>& figures) {
  double square = 0, count = 0;
  for (const double x : figures)
    if (std::isfinite(x)) square += (x - value) * (x - value), ++count;
  if (count < static_cast<double>(figures.size()) / 2 || count < 2) return {value, nan, nan, nan, nan};
  const double mean = std::accumulate(figures.begin(), figures.end(), 0.0,
                                      [](double sum, double x) { return std::isfinite(x) ? sum + x : sum; }) /
                      count;
  // Around their own mean: figures such as distinct-2 are higher in a smaller set, for both rows much alike.
  const double deviation = std::sqrt(std::max(0.0, square / count - (mean - value) * (mean - value)));
  return {value, value - z_975 * deviation, value + z_975 * deviation, value - z_95 * deviation,
          value + z_95 * deviation};
}

std::vector<std::vector<bool>> half_samples(const CaseSet& set, std::uint64_t seed) {
  const std::size_t subjects = set.main().subjects.size();
  RandomStream random(seed, "half samples");
  std::vector<std::size_t> order(subjects);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::vector<bool>> out;
  for (std::size_t s = 0; s < samples; ++s) {
    random.shuffle(order);
    std::vector<bool> taken(subjects, false), chosen;
    for (std::size_t k = 0; k < subjects / 2; ++k) taken[order[k]] = true;
    for (const Case& c : set.cases) chosen.push_back(c.part == 0 && taken[c.cluster]);
    out.push_back(std::move(chosen));
  }
  return out;
}

DiversityRatio diversity_ratio(const MeasuredRow& row, const MeasuredRow& reference, const CaseSet& set,
                               int at_most_words, const std::vector<double>& margins, std::uint64_t seed) {
  std::vector<double> own, other;
  for (const std::vector<bool>& chosen : half_samples(set, seed)) {
    own.push_back(distinct_2(row, chosen, at_most_words));
    other.push_back(distinct_2(reference, chosen, at_most_words));
  }
  const std::vector<bool> all = main_cases(set);
  DiversityRatio out{
      reference.row.name,
      ratio_of(distinct_2(row, all, at_most_words), distinct_2(reference, all, at_most_words), own, other),
      ratio_of(row.spread, reference.spread, row.half_spreads, reference.half_spreads),
      {},
      {}};
  for (const double margin : margins) judge(out, margin, set.main().subjects.size());
  return out;
}

}  // namespace udrl::eval
