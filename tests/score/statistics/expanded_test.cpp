// Bootstrap intervals for few clusters.
#include "udrl/score/expanded.hpp"

#include <cmath>

#include "catch.hpp"
#include "udrl/base/random.hpp"

using namespace udrl;
using namespace udrl::score;

TEST_CASE("quantiles of the normal distribution and of Student's t are those of the tables") {
  CHECK(normal_quantile(0.5) == Approx(0).margin(1e-12));
  CHECK(normal_quantile(0.95) == Approx(1.6448536).epsilon(1e-7));
  CHECK(normal_quantile(0.001) == Approx(-3.0902323).epsilon(1e-7));
  CHECK(student_quantile(0.95, 5) == Approx(2.0150).margin(0.003));
  CHECK(student_quantile(0.975, 10) == Approx(2.2281).margin(0.002));
  CHECK(student_quantile(0.05, 29) == Approx(-1.6991).margin(0.001));
}

namespace {

/// The mean of so many clusters whose true mean is 0, and what the bootstrap says of it.
struct Sample {
  double value = 0;
  std::vector<double> means;
  Sample(std::size_t clusters, RandomStream& random, const Resamples& resamples) {
    Column column{std::vector<double>(clusters), std::vector<double>(clusters, 1.0)};
    for (double& x : column.sums) x = random.normal();
    value = column.mean();
    means = resampled_means(column, resamples);
  }
};

struct Misses {
  int below = 0, above = 0;
  void count(const Estimate& e) {
    below += e.lower_95 > 0 ? 1 : 0;
    above += e.upper_95 < 0 ? 1 : 0;
  }
};

}  // namespace

TEST_CASE("of few clusters each bound misses about as often as it says, where plain percentiles do not") {
  constexpr int trials = 2000;
  const Resamples resamples = draw_resamples(8, 500, 1);
  Misses expanded, percentile;
  for (int trial = 0; trial < trials; ++trial) {
    RandomStream random(4, "few" + std::to_string(trial));
    const Sample sample(8, random, resamples);
    expanded.count(estimate_expanded(sample.value, sample.means, 8));
    percentile.count(estimate(sample.value, sample.means));
  }
  CHECK(percentile.below > 0.07 * trials);  // 5% is meant
  CHECK(percentile.above > 0.07 * trials);
  CHECK(expanded.below < 0.065 * trials);
  CHECK(expanded.above < 0.065 * trials);
  CHECK(expanded.below > 0.03 * trials);
}

TEST_CASE("of many clusters the interval is that of plain percentiles") {
  const Resamples resamples = draw_resamples(2000, 500, 1);
  RandomStream random(6, "many");
  const Sample sample(2000, random, resamples);
  const Estimate plain = estimate(sample.value, sample.means);
  const Estimate expanded = estimate_expanded(sample.value, sample.means, 2000);
  CHECK(expanded.lower_95 == Approx(plain.lower_95).epsilon(0.01));
  CHECK(expanded.high == Approx(plain.high).epsilon(0.01));
}

TEST_CASE("the p-value falls below 5% where the lower bound rises above the threshold") {
  const Resamples resamples = draw_resamples(12, 2000, 1);
  int agree = 0;
  for (int trial = 0; trial < 200; ++trial) {
    RandomStream random(5, "p" + std::to_string(trial));
    const Sample sample(12, random, resamples);
    const double threshold = -0.45;
    const double p = expanded_p_value(threshold, sample.means, 12);
    agree += (p < 0.05) == (estimate_expanded(sample.value, sample.means, 12).lower_95 > threshold) ? 1 : 0;
  }
  CHECK(agree >= 196);
}

TEST_CASE("what is undefined stays so") {
  CHECK(std::isnan(estimate_expanded(NAN, std::vector<double>(100, NAN), 10).low));
  CHECK(estimate_expanded(0.5, std::vector<double>(100, 0.5), 10).upper_95 == 0.5);
}
