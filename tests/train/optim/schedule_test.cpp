// Learning rates over a run.
#include "optim/schedule.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::train;

TEST_CASE("A schedule warms up, stays and falls to nearly nothing") {
  const ScheduleOptions wsd{ScheduleKind::wsd, 0.1, 0.4};
  CHECK(learning_rate_share(wsd, 0, 100) == Approx(0.1));
  CHECK(learning_rate_share(wsd, 9, 100) == Approx(1.0));
  CHECK(learning_rate_share(wsd, 55, 100) == Approx(1.0));
  CHECK(learning_rate_share(wsd, 80, 100) == Approx(20.0 / 41));
  CHECK(learning_rate_share(wsd, 99, 100) == Approx(1.0 / 41));
}

TEST_CASE("A cosine falls from one to nearly nothing") {
  const ScheduleOptions cosine{ScheduleKind::cosine, 0.1, 0};
  CHECK(learning_rate_share(cosine, 10, 100) > 0.99);
  CHECK(learning_rate_share(cosine, 55, 100) == Approx(0.5).margin(0.02));
  CHECK(learning_rate_share(cosine, 99, 100) < 0.002);
}

TEST_CASE("Every step of every schedule moves, however short the run") {
  for (const ScheduleKind name : {ScheduleKind::wsd, ScheduleKind::cosine}) {
    for (std::uint64_t total : {1U, 2U, 3U, 7U}) {
      for (std::uint64_t step = 0; step < total; ++step) {
        CHECK(learning_rate_share({name, 0.03, 0.5}, step, total) > 0);
        CHECK(learning_rate_share({name, 0.03, 0.5}, step, total) <= 1);
      }
    }
  }
}

TEST_CASE("Options that contradict each other are refused") {
  TrainOptions options;
  CHECK_NOTHROW(check(options));
  options.batch = {1024, 2048};
  CHECK_THROWS_AS(check(options), Error);
  options = {};
  options.schedule = {ScheduleKind::wsd, 0.6, 0.6};
  CHECK_THROWS_AS(check(options), Error);
  options = {};
  options.model.heads = 7;
  CHECK_THROWS_AS(check(options), Error);
}
