// Weights of return bins.
#include "data/reward_weight.hpp"

#include <cmath>
#include <numeric>

#include "catch.hpp"

using namespace udrl::train;

TEST_CASE("Bins weigh exp(beta times their return), one on average") {
  for (const double beta : {0.5, 2.0, 100.0}) {
    const std::vector<double> weights = bin_weights(beta, 5);
    REQUIRE(weights.size() == 5);
    CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) / 5 == Approx(1));
    for (std::size_t bin = 1; bin < 5; ++bin) CHECK(weights[bin] / weights[bin - 1] == Approx(std::exp(beta / 4)));
    CHECK(weights.front() > 0);
  }
}

TEST_CASE("Without a beta, or with one bin, all weigh alike") {
  CHECK(bin_weights(0, 3) == std::vector<double>{1, 1, 1});
  CHECK(bin_weights(2, 1) == std::vector<double>{1});
}
