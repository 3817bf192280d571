// statistics.hpp against NumPy and SciPy (statistics.json, made by make_statistics.py), and by simulation.
#include "udrl/eval/statistics.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"

using namespace udrl::eval;
using Json = nlohmann::json;

namespace {

Json expected() {
  static const Json json = Json::parse(udrl::read_file(UDRL_SOURCE_DIR "/tests/eval/statistics.json"));
  return json;
}

std::vector<double> doubles(const Json& json) { return json.get<std::vector<double>>(); }

/// The committed clustered case.
struct Clustered {
  Json json = expected().at("clustered");
  std::vector<std::size_t> cluster_of = json.at("cluster_of").get<std::vector<std::size_t>>();
  std::size_t clusters = *std::max_element(cluster_of.begin(), cluster_of.end()) + 1;

  Column column(const std::string& system) const {
    return make_column(doubles(json.at("systems").at(system)), cluster_of, clusters);
  }
  Resamples given() const {
    Resamples r{clusters, {}};
    for (const auto& row : json.at("resamples"))
      for (const auto& index : row) r.indices.push_back(index.get<std::uint32_t>());
    return r;
  }
  Compared compared(const Resamples& r) const {
    const Column s = column("system"), t = column("reference"), f = column("floor");
    return {s.mean(), t.mean(), f.mean(), resampled_means(s, r), resampled_means(t, r), resampled_means(f, r)};
  }
};

Compared simple(double system, double reference, double floor, double noise) {
  Compared c{system, reference, floor, {}, {}, {}};
  udrl::RandomStream random(1, "simple");
  for (int i = 0; i < 2000; ++i) {
    c.system_draws.push_back(system + noise * random.normal());
    c.reference_draws.push_back(reference + noise * random.normal());
    c.floor_draws.push_back(floor + noise * random.normal());
  }
  return c;
}

}  // namespace

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
  REQUIRE(r.draws() == 400);
  for (const std::string system : {"system", "reference", "floor"}) {
    const auto means = resampled_means(c.column(system), r);
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(means[i] == Approx(c.json.at("expected_means").at(system)[i].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("the floor-corrected ratio and its bounds equal NumPy's on the same resamples") {
  const Clustered c;
  const Estimate e = floor_corrected_ratio(c.compared(c.given()));
  const auto interval = doubles(c.json.at("expected_interval"));
  CHECK(e.value == Approx(c.json.at("expected_ratio").get<double>()).epsilon(1e-12));
  CHECK(e.low == Approx(interval[0]).epsilon(1e-12));
  CHECK(e.high == Approx(interval[1]).epsilon(1e-12));
  CHECK(e.lower_95 == Approx(interval[2]).epsilon(1e-12));
  CHECK(e.upper_95 == Approx(interval[3]).epsilon(1e-12));
}

TEST_CASE("own resamples agree with SciPy's bootstrap within Monte Carlo error") {
  const Clustered c;
  const Compared compared = c.compared(draw_resamples(c.clusters, 10000, 7));
  const auto near = [](const Estimate& e, const Json& interval) {
    const double width = interval[1].get<double>() - interval[0].get<double>();
    CHECK(std::abs(e.low - interval[0].get<double>()) < 0.05 * width);
    CHECK(std::abs(e.high - interval[1].get<double>()) < 0.05 * width);
  };
  near(floor_corrected_ratio(compared), c.json.at("scipy_interval_of_ratio"));
  near(estimate(compared.system, compared.system_draws), c.json.at("scipy_interval_of_mean"));
  std::vector<double> difference;
  for (std::size_t i = 0; i < compared.system_draws.size(); ++i)
    difference.push_back(compared.system_draws[i] - compared.reference_draws[i]);
  near(estimate(compared.system - compared.reference, difference), c.json.at("scipy_interval_of_difference"));
}

TEST_CASE("resamples are a function of the seed") {
  CHECK(draw_resamples(9, 50, 3).indices == draw_resamples(9, 50, 3).indices);
  CHECK(draw_resamples(9, 50, 3).indices != draw_resamples(9, 50, 4).indices);
}

TEST_CASE("a ratio is undefined unless the reference beats the floor") {
  const Compared c = simple(0.3, 0.2, 0.2, 0.01);
  CHECK(std::isnan(floor_corrected_ratio(c).value));
  CHECK(decide(c, 0.95) == Verdict::undefined);
}

TEST_CASE("an estimate with many undefined draws has no interval") {
  std::vector<double> draws(100, 1.0);
  for (std::size_t i = 0; i < 5; ++i) draws[i] = std::nan("");
  CHECK(std::isnan(estimate(1.0, draws).low));
  draws.assign(1000, 1.0);
  draws[0] = std::nan("");
  CHECK(estimate(1.0, draws).low == 1.0);
}

TEST_CASE("verdicts follow the margin") {
  CHECK(decide(simple(0.62, 0.60, 0.20, 0.002), 0.95) == Verdict::pass);
  CHECK(decide(simple(0.50, 0.60, 0.20, 0.002), 0.95) == Verdict::fail);
  CHECK(decide(simple(0.58, 0.60, 0.20, 0.02), 0.95) == Verdict::inconclusive);
}

TEST_CASE("with a true ratio at the margin PASS stays rare") {
  // 300 evaluations of 60 subjects with three cases each; the true floor-corrected ratio is 0.95 exactly.
  const std::size_t clusters = 60;
  std::vector<std::size_t> cluster_of;
  for (std::size_t i = 0; i < clusters * 3; ++i) cluster_of.push_back(i / 3);
  const Resamples resamples = draw_resamples(clusters, 400, 1);
  int passed = 0;
  for (int trial = 0; trial < 300; ++trial) {
    udrl::RandomStream random(5, "trial" + std::to_string(trial));
    std::vector<double> system, reference, floor;
    double effect = 0;
    for (std::size_t i = 0; i < cluster_of.size(); ++i) {
      if (i % 3 == 0) effect = 0.06 * random.normal();
      reference.push_back(0.60 + effect + 0.08 * random.normal());
      floor.push_back(0.20 + 0.05 * random.normal());
      system.push_back(0.20 + 0.95 * 0.40 + effect + 0.08 * random.normal());
    }
    const Column s = make_column(system, cluster_of, clusters), r = make_column(reference, cluster_of, clusters),
                 f = make_column(floor, cluster_of, clusters);
    const Compared c{s.mean(),
                     r.mean(),
                     f.mean(),
                     resampled_means(s, resamples),
                     resampled_means(r, resamples),
                     resampled_means(f, resamples)};
    passed += decide(c, 0.95) == Verdict::pass ? 1 : 0;
  }
  CHECK(passed <= 27);  // 5% of 300, and over three standard deviations of chance
  CHECK(passed >= 2);   // and the test has power at all
}
