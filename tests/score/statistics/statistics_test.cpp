// statistics.hpp against NumPy and SciPy (statistics.json, made by make_statistics.py).
#include "udrl/score/statistics.hpp"

#include <cmath>

#include "catch.hpp"
#include "clustered.hpp"

using namespace udrl::score;
using namespace udrl::score::testing;

TEST_CASE("quantiles equal NumPy's") {
  const Json c = expected().at("quantile");
  for (std::size_t i = 0; i < c.at("levels").size(); ++i)
    CHECK(quantile(doubles(c.at("values")), c.at("levels")[i]) ==
          Approx(c.at("expected")[i].get<double>()).epsilon(1e-12));
}

TEST_CASE("rank correlation with ties equals SciPy's") {
  const Json c = expected().at("spearman");
  CHECK(spearman(doubles(c.at("x")), doubles(c.at("y"))) == Approx(c.at("expected").get<double>()).epsilon(1e-12));
}

TEST_CASE("Holm's adjustment is that of R's p.adjust") {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.8), "holm")
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005, 0.8});
  const double expected[] = {0.04, 0.09, 0.09, 0.025, 0.8};
  for (std::size_t i = 0; i < 5; ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(holm(std::vector<double>{}).empty());
}

TEST_CASE("rank correlation of a constant is not a number") {
  const std::vector<double> x = {1, 1, 1}, y = {1, 2, 3};
  CHECK(std::isnan(spearman(x, y)));
}

TEST_CASE("area under the curve with ties equals SciPy's") {
  const Json c = expected().at("auc");
  CHECK(auc(doubles(c.at("positives")), doubles(c.at("negatives"))) ==
        Approx(c.at("expected").get<double>()).epsilon(1e-12));
}

TEST_CASE("resampled means equal NumPy's on the same resamples") {
  const Clustered c;
  const Resamples r = c.given();
  REQUIRE(r.size() == 400);
  for (const std::string system : {"system", "reference", "floor"}) {
    const auto means = resampled_means(c.column(system), r);
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(means[i] == Approx(c.json.at("expected_means").at(system)[i].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("resamples are a function of the seed") {
  CHECK(draw_resamples(9, 50, 3).indices == draw_resamples(9, 50, 3).indices);
  CHECK(draw_resamples(9, 50, 3).indices != draw_resamples(9, 50, 4).indices);
}

TEST_CASE("a resample's weights give its mean") {
  const Clustered c;
  const Resamples r = c.given();
  const Column column = c.column("system");
  const auto means = resampled_means(column, r);
  for (std::size_t d = 0; d < 5; ++d) {
    const auto weights = r.weights(d);
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < r.clusters; ++k)
      sum += weights[k] * column.sums[k], count += weights[k] * column.counts[k];
    CHECK(sum / count == Approx(means[d]).epsilon(1e-12));
  }
}

TEST_CASE("a mean is estimated from values as from their column") {
  const std::vector<double> values = {1, 2, 4, 8};
  const std::vector<std::size_t> clusters = {0, 0, 1, 2};
  const Resamples r = draw_resamples(3, 200, 5);
  const Estimate e = estimate_mean(values, clusters, r), of_column = estimate_mean(make_column(values, clusters, 3), r);
  CHECK(e.value == 3.75);
  CHECK(e.low == of_column.low);
  CHECK(e.high == of_column.high);
}

TEST_CASE("a rank correlation has its interval, by cluster") {
  std::vector<double> x, y, falling;
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < 200; ++i) {
    x.push_back(static_cast<double>(i % 10));
    y.push_back(static_cast<double>(i % 10) + 0.3 * static_cast<double>(i * 7 % 13));
    falling.push_back(-std::exp(x.back()));
    clusters.push_back(i / 10);
  }
  const Resamples r = draw_resamples(20, 1000, 1);
  const Estimate e = estimate_spearman(x, y, clusters, r);
  CHECK(e.value == Approx(spearman(x, y)));
  CHECK(e.low < e.value);
  CHECK(e.high > e.value);
  CHECK(e.high - e.low < 0.1);
  CHECK(estimate_spearman(x, falling, clusters, r).high == Approx(-1));
  const std::vector<double> constant(200, 1.0);
  CHECK(std::isnan(estimate_spearman(x, constant, clusters, r).low));
}

TEST_CASE("an estimate with many undefined draws has no interval") {
  std::vector<double> draws(100, 1.0);
  for (std::size_t i = 0; i < 5; ++i) draws[i] = std::nan("");
  CHECK(std::isnan(estimate(1.0, draws).low));
  draws.assign(1000, 1.0);
  draws[0] = std::nan("");
  CHECK(estimate(1.0, draws).low == 1.0);
}

TEST_CASE("own resamples agree with SciPy's bootstrap within Monte Carlo error") {
  const Clustered c;
  const Resamples resamples = draw_resamples(c.clusters, 10000, 7);
  const Column system = c.column("system"), reference = c.column("reference");
  const auto draws = resampled_means(system, resamples), others = resampled_means(reference, resamples);
  check_near(estimate(system.mean(), draws), c.json.at("scipy_interval_of_mean"));
  std::vector<double> difference;
  for (std::size_t i = 0; i < draws.size(); ++i) difference.push_back(draws[i] - others[i]);
  check_near(estimate(system.mean() - reference.mean(), difference), c.json.at("scipy_interval_of_difference"));
}

TEST_CASE("Of one or two clusters there is no interval, rather than a narrow one") {
  const std::vector<double> values{0.1, 0.2, 0.3, 0.4};
  const auto of = [&](const std::vector<std::size_t>& clusters, std::size_t count) {
    return udrl::score::estimate_mean(values, clusters, udrl::score::draw_resamples(count, 1000, 1));
  };
  for (const auto& estimate : {of({0, 0, 0, 0}, 1), of({0, 0, 1, 1}, 2)}) {
    CHECK(estimate.value == Approx(0.25));
    CHECK(std::isnan(estimate.low));
    CHECK(std::isnan(estimate.lower_95));
  }
  CHECK(of({0, 1, 2, 2}, 3).low < 0.25);
}
