// grouped.hpp against SciPy (statistics.json), and which values are related.
#include "udrl/score/grouped.hpp"

#include <cmath>

#include "catch.hpp"
#include "clustered.hpp"
#include "udrl/base/random.hpp"
#include "udrl/score/kinds.hpp"

using namespace udrl::score;
using namespace udrl::score::testing;

namespace {

Groups groups_of(const std::vector<std::size_t>& sizes) {
  Groups groups;
  for (const std::size_t n : sizes) groups.starts.push_back(groups.starts.back() + n);
  return groups;
}

}  // namespace

TEST_CASE("correlation within groups, and variance between and within them, equal SciPy's") {
  const Json c = expected().at("grouped");
  const Groups groups = groups_of(c.at("sizes").get<std::vector<std::size_t>>());
  const auto x = doubles(c.at("x")), y = doubles(c.at("y"));
  CHECK(weighted_mean(spearman_by_group(groups, x, y)) ==
        Approx(c.at("expected_spearman").get<double>()).epsilon(1e-12));
  CHECK(agreement_test(groups, x, y, 10, 1).value == Approx(c.at("expected_spearman").get<double>()).epsilon(1e-12));
  const VarianceShares shares = variance_shares(groups, x);
  CHECK(shares.f == Approx(c.at("expected_f").get<double>()).epsilon(1e-10));
  CHECK(shares.between == Approx(c.at("expected_icc").get<double>()).epsilon(1e-10));
  CHECK(shares.within == Approx(1 - shares.between));
}

TEST_CASE("the chance of an agreement equals SciPy's exact permutation test") {
  const Json c = expected().at("chance");
  const auto x = doubles(c.at("x")), y = doubles(c.at("y"));
  const ChanceTest test = agreement_test(groups_of({7}), x, y, 20000, 3);
  CHECK(test.value == Approx(c.at("expected").get<double>()).epsilon(1e-12));
  CHECK(test.p == Approx(c.at("expected_p").get<double>()).margin(0.01));
  CHECK(test.null_95 == Approx(c.at("expected_null_95").get<double>()).margin(0.02));
}

TEST_CASE("noise is no agreement, and a common cause is one") {
  const Groups groups = groups_of(std::vector<std::size_t>(200, 4));
  udrl::RandomStream random(1, "noise");
  std::vector<double> x, noise, y;
  for (std::size_t i = 0; i < 800; ++i) {
    x.push_back(random.normal());
    noise.push_back(random.normal());
    y.push_back(0.4 * x.back() + random.normal());
  }
  CHECK(agreement_test(groups, x, noise, 500, 1).p > 0.05);
  const ChanceTest real = agreement_test(groups, x, y, 500, 1);
  CHECK(real.p < 0.01);
  CHECK(real.value > real.null_95);
}

TEST_CASE("the expected best of n equals the mean over every subset, ties included") {
  const Json c = expected().at("best_of_n");
  const auto x = doubles(c.at("x")), y = doubles(c.at("y"));
  for (std::size_t n = 1; n <= 9; ++n)
    CHECK(expected_best(x, y, n) == Approx(c.at("expected")[n - 1].get<double>()).epsilon(1e-12));
  CHECK(std::isnan(expected_best(x, y, 10)));
}

TEST_CASE("area under the curve by clusters equals SciPy's in every resample, and its interval") {
  const Json c = expected().at("clustered_auc");
  const auto cluster_of = c.at("cluster_of").get<std::vector<std::size_t>>();
  const ClusteredAuc area(doubles(c.at("positives")), doubles(c.at("negatives")), cluster_of);
  const std::vector<double> once(21, 1.0);
  CHECK(area(once) == Approx(c.at("expected").get<double>()).epsilon(1e-12));
  const auto weigh = [](const auto& indices) {
    std::vector<double> weights(21, 0.0);
    for (const auto& i : indices) weights[static_cast<std::size_t>(i)] += 1;
    return weights;
  };
  for (std::size_t d = 0; d < 5; ++d)
    CHECK(area(weigh(c.at("resamples")[d])) == Approx(c.at("expected_draws")[d].get<double>()).epsilon(1e-12));
  const Resamples resamples = draw_resamples(21, 10000, 4);
  std::vector<double> draws;
  for (std::size_t d = 0; d < resamples.size(); ++d)
    draws.push_back(area(weigh(std::span(resamples.indices).subspan(d * 21, 21))));
  check_near(estimate(area(once), draws), c.at("scipy_interval"));
}

TEST_CASE("what two scorers share beside a third is taken out") {
  CHECK(partial_correlation(0.5, 0.0, 0.0) == Approx(0.5));
  CHECK(partial_correlation(0.25, 0.5, 0.5) == Approx(0.0).margin(1e-12));
}

TEST_CASE("strict ranks put the earlier one of a tie below") {
  CHECK(strict_ranks(std::vector<double>{2, 1, 2, 0}) == std::vector<std::size_t>{3, 2, 4, 1});
}

TEST_CASE("values that judge are told from those that describe, and related from independent ones") {
  CHECK(is_quality("relevance_masked"));
  CHECK(is_quality("something new"));
  for (const char* name : {"copying", "copy_ngram", "repetition", "tokens", "words"}) CHECK_FALSE(is_quality(name));
  CHECK_FALSE(independent("relevance", "relevance_masked"));
  CHECK_FALSE(independent("pmi", "pmi_masked"));
  CHECK(independent("relevance", "pmi"));
  CHECK_FALSE(independent("relevance_e5", "retrieval"));  // two models of one kind
  CHECK(scorer_of_value("relevance_masked_e5") == "relevance_masked");
  CHECK(scorer_of_value("copy_ngram").empty());
  CHECK(independent("judge", "fluency"));
}
