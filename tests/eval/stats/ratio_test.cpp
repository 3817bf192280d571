// ratio.hpp against NumPy and SciPy (tests/score/statistics/statistics.json), and by simulation.
#include "stats/ratio.hpp"

#include <utility>

#include <cmath>

#include "catch.hpp"
#include "score/statistics/clustered.hpp"
#include "stats/results.hpp"
#include "udrl/base/random.hpp"

using namespace udrl::eval;
using namespace udrl::score;
using namespace udrl::score::testing;

namespace {

Compared compared(const Clustered& c, const Resamples& r) {
  return {resampled_mean(c.column("system"), r), resampled_mean(c.column("reference"), r),
          resampled_mean(c.column("floor"), r)};
}

/// With errors that are normal.
Compared simple(double system, double reference, double floor, double noise, std::size_t subjects = 1000) {
  udrl::RandomStream random(1, "simple");
  const auto around = [&](double value) {
    Resampled out{value, {}, subjects};
    for (int i = 0; i < 2000; ++i) out.draws.push_back(value + noise * random.normal());
    return out;
  };
  Resampled s = around(system), r = around(reference), f = around(floor);
  return {std::move(s), std::move(r), std::move(f)};
}

}  // namespace

TEST_CASE("the floor-corrected ratio equals NumPy's, and its bounds lie beside those of plain percentiles") {
  const Clustered c;
  const Estimate e = floor_corrected_ratio(compared(c, c.given()));
  const auto interval = doubles(c.json.at("expected_interval"));
  CHECK(e.value == Approx(c.json.at("expected_ratio").get<double>()).epsilon(1e-12));
  const double width = interval[1] - interval[0];
  CHECK(std::abs(e.low - interval[0]) < 0.25 * width);
  CHECK(std::abs(e.high - interval[1]) < 0.25 * width);
}

TEST_CASE("a ratio is undefined unless the reference beats the floor") {
  const Compared c = simple(0.3, 0.2, 0.2, 0.01);
  CHECK(std::isnan(floor_corrected_ratio(c).value));
  CHECK(judge(c, 0.95).verdict == Verdict::undefined);
}

TEST_CASE("verdicts follow the margin") {
  CHECK(judge(simple(0.62, 0.60, 0.20, 0.002), 0.95).verdict == Verdict::pass);
  CHECK(judge(simple(0.50, 0.60, 0.20, 0.002), 0.95).verdict == Verdict::fail);
  CHECK(judge(simple(0.58, 0.60, 0.20, 0.02), 0.95).verdict == Verdict::inconclusive);
}

TEST_CASE("what is open says how many subjects would decide it") {
  const Judgement open = judge(simple(0.60, 0.60, 0.20, 0.02, 100), 0.95);
  REQUIRE(open.verdict == Verdict::inconclusive);
  // The excess is 0.02; its standard error √(1 + 0.95² + 0.05²) · 0.02 = 0.0276; 100 · (2.4865 · 0.0276 / 0.02)².
  CHECK(open.subjects_needed == Approx(1178).epsilon(0.15));
  CHECK(open.p == Approx(0.234).margin(0.03));
  CHECK(std::isnan(judge(simple(0.62, 0.60, 0.20, 0.002), 0.95).subjects_needed));
}

TEST_CASE("a family passes only as a whole") {
  std::vector<Judgement> all(3, {0.95, Verdict::pass, 0.001, 0});
  all[1].p = 0.03;  // passes alone, not as one of three: 0.03 · 2 > 0.05
  all[2] = {0.95, Verdict::fail, 0.9, 0};
  std::vector<Judgement*> family = {&all[0], &all[1], &all[2]};
  correct_family(family);
  CHECK(all[0].verdict == Verdict::pass);
  CHECK(all[1].verdict == Verdict::inconclusive);
  CHECK(all[2].verdict == Verdict::fail);
}

namespace {

constexpr std::size_t clusters = 60;  // subjects, three cases each

/// One half of an evaluation in which the true ratio is this.
Compared simulated(double ratio, udrl::RandomStream& random, const Resamples& resamples) {
  std::vector<std::size_t> cluster_of;
  std::vector<double> system, reference, zero;
  double effect = 0;
  for (std::size_t i = 0; i < clusters * 3; ++i) {
    cluster_of.push_back(i / 3);
    if (i % 3 == 0) effect = 0.06 * random.normal();
    reference.push_back(0.60 + effect + 0.08 * random.normal());
    zero.push_back(0.20 + 0.05 * random.normal());
    system.push_back(0.20 + ratio * 0.40 + effect + 0.08 * random.normal());
  }
  const Column s = make_column(system, cluster_of, clusters), r = make_column(reference, cluster_of, clusters),
               z = make_column(zero, cluster_of, clusters);
  return {resampled_mean(s, resamples), resampled_mean(r, resamples), resampled_mean(z, resamples)};
}

/// Of 300 evaluations, how many PASS at 0.95 in both halves.
int passed(double fidelity, double elaboration) {
  const Resamples resamples = draw_resamples(clusters, 400, 1);
  int count = 0;
  for (int trial = 0; trial < 300; ++trial) {
    udrl::RandomStream random(5, "trial" + std::to_string(trial));
    const Verdict first = judge(simulated(fidelity, random, resamples), 0.95).verdict,
                  second = judge(simulated(elaboration, random, resamples), 0.95).verdict;
    count += together({first, second}) == Verdict::pass ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("with one half at the margin PASS stays rare, however good the other is") {
  for (const auto& [fidelity, elaboration] : {std::pair(0.95, 1.5), std::pair(1.5, 0.95)}) {
    const int count = passed(fidelity, elaboration);
    CHECK(count <= 27);  // 5% of 300, and over three standard deviations of chance
    CHECK(count >= 2);   // and the test has power at all
  }
  CHECK(passed(0.95, 0.95) <= 5);
  CHECK(passed(1.1, 1.1) >= 295);
}

TEST_CASE("the ratio over own resamples agrees with SciPy's bootstrap within Monte Carlo error") {
  const Clustered c;
  check_near(floor_corrected_ratio(compared(c, draw_resamples(c.clusters, 10000, 7))),
             c.json.at("scipy_interval_of_ratio"));
}
