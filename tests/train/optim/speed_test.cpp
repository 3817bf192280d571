// Operations of a step against a count by hand.
#include "optim/speed.hpp"

#include "catch.hpp"

using namespace udrl::train;

TEST_CASE("The operations of a step are those of its matrices, its attention and its head") {
  udrl::student::StudentConfig model;
  model.n_layer = 3;
  model.n_embd = 8;
  model.n_head = 2;
  model.vocab_size = 50;
  MicroBatch batch;
  batch.rows = 4;
  batch.width = 10;
  batch.targets.assign(7, 0);
  Step step;
  step.micro_batches = {batch, batch};
  const double weights = 3 * (8 * 24 + 8 * 8 + 8 * 32 + 32 * 8);
  const double attention = 3 * 4 * (10 * 10 * 8 + 10 * 10 * 8);
  CHECK(step_operations(model, step) == Approx(2 * 6 * (40 * weights + attention + 7 * 8 * 50)));
}

TEST_CASE("A run that goes on counts the seconds of those before, and speed is its own") {
  Speed speed({1000, 3600, 1e9});
  speed.begin_step();
  speed.end_step(1e6);
  CHECK(speed.seconds() >= 3600);
  CHECK(speed.seconds() < 3660);
  CHECK(speed.tokens_per_s(1000) == 0);
  CHECK(speed.tokens_per_s(2000) > 0);
  CHECK(speed.mfu() > 0);
  Speed unmeasured({0, 0, 0});
  unmeasured.end_step(1e6);
  CHECK(unmeasured.mfu() == 0);
}
