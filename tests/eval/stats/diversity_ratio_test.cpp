// Ratios of diversity, and their intervals.
#include "stats/diversity_ratio.hpp"

#include <cmath>

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

/// Answers of five words out of a vocabulary of so many.
MeasuredRow answers(const CaseSet& set, const std::string& name, std::uint64_t vocabulary) {
  MeasuredRow out = measured_row(set, row(name, RowKind::model), 0);
  RandomStream random(5, name);
  for (Measured& m : out.answers) {
    m.answer.text.clear();
    for (int k = 0; k < 5; ++k) m.answer.text += (k ? " w" : "w") + std::to_string(random.below(vocabulary));
  }
  return out;
}

}  // namespace

TEST_CASE("half samples of a mean have the spread of the mean itself") {
  constexpr std::size_t n = 200;
  RandomStream random(2, "values");
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(random.normal());
  double mean = 0, square = 0;
  for (const double x : values) mean += x / n;
  for (const double x : values) square += (x - mean) * (x - mean) / (n - 1);
  std::vector<double> figures;
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  for (int s = 0; s < 2000; ++s) {
    random.shuffle(order);
    double sum = 0;
    for (std::size_t k = 0; k < n / 2; ++k) sum += values[order[k]];
    figures.push_back(sum / (n / 2));
  }
  const Estimate e = from_half_samples(mean, figures);
  CHECK(e.value == Approx(mean));
  CHECK((e.upper_95 - e.lower_95) / (2 * 1.6449) == Approx(std::sqrt(square / n)).epsilon(0.06));
}

TEST_CASE("a row as varied as another has a ratio about 1, one of few words a lower one") {
  const CaseSet set = case_set(60, 2);
  const MeasuredRow rich = answers(set, "rich", 60), alike = answers(set, "alike", 60), poor = answers(set, "poor", 12);
  const DiversityRatio same = diversity_ratio(alike, rich, set, 12, {0.94, 1.0}, 1);
  CHECK(same.distinct_2.value == Approx(1).margin(0.08));
  CHECK(same.distinct_2.low < 1);
  CHECK(same.distinct_2.high > 1);
  CHECK(same.at[0].verdict != Verdict::fail);
  CHECK(std::isnan(same.spread.value));  // no embedder was asked
  const DiversityRatio less = diversity_ratio(poor, rich, set, 12, {0.94, 1.0}, 1);
  CHECK(less.distinct_2.upper_95 < 0.5);
  CHECK(less.at[0].verdict == Verdict::fail);
}

TEST_CASE("the lower of both figures decides") {
  const CaseSet set = case_set(60, 2);
  MeasuredRow rich = answers(set, "rich", 60), alike = answers(set, "rich", 60);
  rich.spread = 0.9, alike.spread = 0.45;
  rich.half_spreads.assign(half_samples(set, 1).size(), 0.9);
  alike.half_spreads.assign(rich.half_spreads.size(), 0.45);
  const DiversityRatio ratio = diversity_ratio(alike, rich, set, 12, {0.94}, 1);
  CHECK(ratio.distinct_2.value == Approx(1));
  CHECK(ratio.spread.value == Approx(0.5));
  CHECK(ratio.at[0].verdict == Verdict::fail);
  CHECK(ratio.by_spread[0]);
}

TEST_CASE("of both figures the one with the worse verdict decides, though it be higher") {
  const CaseSet set = case_set(60, 2);
  MeasuredRow rich = answers(set, "rich", 60), alike = answers(set, "rich", 60);
  rich.spread = 0.5, alike.spread = 0.6;
  rich.half_spreads.assign(half_samples(set, 1).size(), 0.5);
  for (std::size_t i = 0; i < rich.half_spreads.size(); ++i) alike.half_spreads.push_back(i % 2 == 0 ? 0.3 : 0.9);
  const DiversityRatio ratio = diversity_ratio(alike, rich, set, 12, {0.94}, 1);
  CHECK(ratio.distinct_2.value == Approx(1));
  CHECK(ratio.spread.value == Approx(1.2));
  CHECK(ratio.by_spread[0]);
  CHECK(ratio.at[0].verdict == Verdict::inconclusive);
}
