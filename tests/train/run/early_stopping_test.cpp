// When a run ends before its last step, and validation losses by task and return; made-up figures.
#include "run/early_stopping.hpp"

#include <cmath>

#include "catch.hpp"
#include "report/validation.hpp"
#include "train/helpers.hpp"

using namespace udrl;
using namespace udrl::train;

namespace {

/// Falls from 8 to 2 with a ripple, as a healthy run's loss does.
double healthy(int step) { return 2 + 6 * std::exp(-step / 80.0) + 0.1 * std::sin(2.0 * step); }

LossTrend after_healthy(int steps) {
  LossTrend trend;
  for (int i = 0; i < steps; ++i) CHECK_FALSE(is_spike(trend, healthy(i), 10));
  return trend;
}

Sample sample(int task_index, int bin) {
  Sample out;
  out.task_index = task_index;
  out.return_bin = bin;
  return out;
}

}  // namespace

TEST_CASE("A healthy loss is no spike, nor is one bad batch") {
  LossTrend trend = after_healthy(1000);
  CHECK(trend.mean == Approx(2).margin(0.05));
  CHECK_FALSE(is_spike(trend, 9, 10));
  CHECK_FALSE(is_spike(trend, 9, 10));
  CHECK(trend.high == 2);
  CHECK_FALSE(is_spike(trend, 2, 10));
  CHECK(trend.high == 0);
  CHECK(trend.mean == Approx(2).margin(0.05));
}

TEST_CASE("The third high step in a row is a spike, unless it is early or nobody asks") {
  LossTrend trend = after_healthy(500);
  CHECK_FALSE(is_spike(trend, 6, 10));
  CHECK_FALSE(is_spike(trend, 6, 10));
  CHECK(is_spike(trend, 6, 10));
  LossTrend unasked = after_healthy(500), early = after_healthy(20);
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(is_spike(unasked, 6, 0));
    CHECK_FALSE(is_spike(early, 60, 10));
  }
}

TEST_CASE("A rise that is small for the loss is no spike, however even the loss was") {
  LossTrend trend;
  for (int i = 0; i < 100; ++i) is_spike(trend, 2, 10);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(is_spike(trend, 2.9, 10));
}

TEST_CASE("Patience counts the evaluations since the validation loss was lower by enough") {
  Plateau plateau;
  for (const double loss : {5.0, 4.0, 3.99, 3.98}) take_in(plateau, loss, 0.05);
  CHECK(plateau.lowest == 4.0);
  CHECK(plateau.evaluations == 2);
  CHECK(is_over(plateau, 2));
  CHECK_FALSE(is_over(plateau, 3));
  CHECK_FALSE(is_over(plateau, 0));
  take_in(plateau, 3.9, 0.05);
  CHECK(plateau.evaluations == 0);
  CHECK_FALSE(is_over(plateau, 1));
}

TEST_CASE("Validation losses are summed up by task and by return, a token each") {
  const EvaluationResult result{2.5, 8, {{0, 6, 2}, {1, 4, 4}, {2, 8, 1}, {3, 2, 1}}};
  const std::vector<Sample> samples = {sample(0, 0), sample(0, 4), sample(1, 4), sample(-1, -1)};
  const Validation valid = summed_up(result, samples, testing::fitted());
  CHECK(valid.loss == 2.5);
  REQUIRE(valid.by_task.size() == 2);
  CHECK(valid.by_task.at("image") == Approx(10.0 / 6));
  CHECK(valid.by_task.at("template") == Approx(8));
  REQUIRE(valid.by_return.size() == 2);
  CHECK(valid.by_return.at(0) == Approx(3));
  CHECK(valid.by_return.at(4) == Approx(12.0 / 5));
}
