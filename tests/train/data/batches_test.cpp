// Length buckets, windows, and the stream that can be gone on with.
#include <map>
#include <mutex>
#include <set>

#include "catch.hpp"
#include "data/batches.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

using namespace udrl;
using namespace udrl::train;

namespace {

/// Lengths like those of answers: 18 to about 110, mostly near 45; other in each epoch, as swaps make them.
Sequence sequence_of(std::uint32_t record, std::uint64_t epoch) {
  RandomStream random(5, std::to_string(record) + ":" + std::to_string(epoch));
  const int length = static_cast<int>(18 + 8 * (random.uniform() + random.uniform() + random.uniform()) +
                                      (record % 50 == 0 ? 60 : 15) * random.uniform());
  Sequence s;
  s.first_target = 6;
  for (int i = 0; i < length; ++i) s.ids.push_back(3 + static_cast<int>(random.below(500)));
  s.ids.back() = 2;
  return s;
}

Lengths lengths_of(std::uint32_t record) {
  const Sequence s = sequence_of(record, 0);
  return {s.length(), s.targets()};
}

BatchSource source(std::uint32_t records = 3000) {
  BatchSource out;
  out.records = records;
  out.sequence_of = [](std::uint32_t record, const Pass& pass, int) { return sequence_of(record, pass.epoch); };
  out.options = {2048, 1024};
  out.longest = 1000;
  out.pad_id = 2;
  out.seed = 9;
  out.window = 1000;
  return out;
}

std::vector<Step> epoch_steps(const BatchSource& from, std::uint64_t epoch) {
  std::vector<Step> all;
  for (std::uint64_t w = 0; w < windows(from); ++w) {
    for (Step& step : window_steps(from, epoch, w)) all.push_back(std::move(step));
  }
  return all;
}

std::multiset<std::uint32_t> records_of(const std::vector<Step>& steps) {
  std::multiset<std::uint32_t> out;
  for (const Step& step : steps) {
    for (const MicroBatch& batch : step.micro_batches) out.insert(batch.records.begin(), batch.records.end());
  }
  return out;
}

std::vector<std::int64_t> first_ids(const Step& step) { return step.micro_batches.front().ids; }

}  // namespace

TEST_CASE("A sequence is told how many passes came before it, window by window") {
  BatchSource from = source();
  std::set<double> passes;
  std::mutex mutex;
  from.sequence_of = [&](std::uint32_t record, const Pass& pass, int) {
    const std::lock_guard<std::mutex> lock(mutex);
    passes.insert(pass.passes);
    return sequence_of(record, pass.epoch);
  };
  epoch_steps(from, 2);
  const std::vector<double> seen(passes.begin(), passes.end());
  REQUIRE(seen.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(seen[i] == Approx(2 + static_cast<double>(i) / 3));
}

TEST_CASE("Every record is in each epoch exactly once, in another order") {
  const auto a = epoch_steps(source(), 0), b = epoch_steps(source(), 1);
  for (const auto& steps : {a, b}) {
    const auto records = records_of(steps);
    REQUIRE(records.size() == 3000);
    CHECK(std::set<std::uint32_t>(records.begin(), records.end()).size() == 3000);
  }
  CHECK(a[0].micro_batches[0].records != b[0].micro_batches[0].records);
}

TEST_CASE("A batch holds its sequences as they are, and asks the head for each learned token") {
  for (const Step& step : window_steps(source(), 2, 1)) {
    for (const MicroBatch& batch : step.micro_batches) {
      std::map<std::int64_t, std::int64_t> asked;
      for (std::size_t i = 0; i < batch.positions.size(); ++i) asked[batch.positions[i]] = batch.targets[i];
      std::size_t expected = 0;
      for (std::int64_t row = 0; row < batch.rows; ++row) {
        const Sequence s = sequence_of(batch.records[static_cast<std::size_t>(row)], 2);
        for (int t = 0; t < s.length(); ++t) {
          REQUIRE(batch.ids[static_cast<std::size_t>(row * batch.width + t)] == s.ids[static_cast<std::size_t>(t)]);
          if (t >= s.first_target) REQUIRE(asked.at(row * batch.width + t - 1) == s.ids[static_cast<std::size_t>(t)]);
        }
        expected += static_cast<std::size_t>(s.targets());
      }
      REQUIRE(asked.size() == expected);
    }
  }
}

TEST_CASE("Padding stays under 3% and batches keep to the budget") {
  const EpochCount count = count_epoch(source(), 0, lengths_of);
  CHECK(static_cast<double>(count.positions - count.tokens) < 0.03 * static_cast<double>(count.positions));
  for (const Step& step : epoch_steps(source(), 0)) {
    CHECK(step.positions() <= 2048);
    for (const MicroBatch& batch : step.micro_batches) CHECK(batch.rows * batch.width <= 1024);
  }
}

TEST_CASE("A step mixes forward passes of different lengths") {
  const auto steps = window_steps(source(), 0, 0);
  int mixed = 0;
  for (const Step& step : steps) {
    REQUIRE(step.micro_batches.size() <= 2);
    if (step.micro_batches.size() == 2 && step.micro_batches[0].width != step.micro_batches[1].width) ++mixed;
  }
  CHECK(mixed * 2 > static_cast<int>(steps.size()));
}

TEST_CASE("Sequences longer than the model are left out and counted") {
  BatchSource from = source();
  from.longest = 60;
  const EpochCount count = count_epoch(from, 0, lengths_of);
  CHECK(count.too_long > 0);
  CHECK(count.sequences + count.too_long == 3000);
  for (const Step& step : epoch_steps(from, 0)) {
    for (const MicroBatch& batch : step.micro_batches) CHECK(batch.width <= 60);
  }
}

TEST_CASE("An epoch is counted as it is made") {
  const EpochCount count = count_epoch(source(), 0, lengths_of);
  const auto steps = epoch_steps(source(), 0);
  std::int64_t tokens = 0, targets = 0, positions = 0;
  for (const Step& step : steps) tokens += step.tokens(), targets += step.targets(), positions += step.positions();
  CHECK(count.steps == steps.size());
  CHECK(count.tokens == static_cast<std::uint64_t>(tokens));
  CHECK(count.targets == static_cast<std::uint64_t>(targets));
  CHECK(count.positions == static_cast<std::uint64_t>(positions));
}

TEST_CASE("A record stands in an epoch as often as its weight says") {
  BatchSource from = source();
  from.copies_of = [](std::uint32_t record, std::uint64_t) { return record % 3 == 0 ? 0 : record % 3 == 1 ? 1 : 2; };
  const auto records = records_of(epoch_steps(from, 0));
  CHECK(records.size() == 3000);
  for (const std::uint32_t record : {0U, 1U, 2U, 2997U, 2998U, 2999U}) CHECK(records.count(record) == record % 3);
}

TEST_CASE("Targets weigh what their record does, and a step what its targets do") {
  BatchSource from = source();
  const auto weight_of = [](std::uint32_t record) { return 0.5 + record % 5; };
  from.weight_of = weight_of;
  for (const Step& step : window_steps(from, 0, 0)) {
    double sum = 0;
    for (const MicroBatch& batch : step.micro_batches) {
      REQUIRE(batch.weights.size() == batch.targets.size());
      std::size_t next = 0;  // rows stand in their order, each with all its targets
      for (const std::uint32_t record : batch.records) {
        const int targets = sequence_of(record, 0).targets();
        for (int t = 0; t < targets; ++t) REQUIRE(batch.weights.at(next++) == weight_of(record));
        sum += targets * weight_of(record);
      }
    }
    CHECK(step.weight() == Approx(sum));
  }
}

TEST_CASE("Where no record is weighted a step weighs the number of its targets") {
  for (const Step& step : window_steps(source(), 0, 0)) {
    for (const MicroBatch& batch : step.micro_batches) CHECK(batch.weights.empty());
    CHECK(step.weight() == static_cast<double>(step.targets()));
  }
}

TEST_CASE("Steps do not depend on how many threads make them") {
  const int before = compute_threads();
  set_compute_threads(1);
  const auto alone = epoch_steps(source(), 0);
  set_compute_threads(4);
  const auto together = epoch_steps(source(), 0);
  set_compute_threads(before);
  REQUIRE(alone.size() == together.size());
  for (std::size_t i = 0; i < alone.size(); ++i) REQUIRE(first_ids(alone[i]) == first_ids(together[i]));
}

TEST_CASE("A stream opened at a cursor goes on with the very steps that were to come") {
  std::vector<Step> steps;
  std::vector<Cursor> cursors;
  {
    BatchStream stream(source(), {});
    for (int i = 0; i < 130; ++i) {
      cursors.push_back(stream.cursor());
      steps.push_back(stream.next());
    }
    cursors.push_back(stream.cursor());
  }
  REQUIRE(steps.back().epoch >= 1);
  for (std::size_t from : {std::size_t{1}, std::size_t{17}, std::size_t{90}, std::size_t{129}}) {
    BatchStream again(source(), cursors[from]);
    for (std::size_t i = from; i < steps.size(); ++i) {
      REQUIRE(first_ids(again.next()) == first_ids(steps[i]));
      REQUIRE(again.cursor() == cursors[i + 1]);
    }
  }
}

TEST_CASE("An error of the background thread reaches the caller") {
  BatchSource from = source();
  from.sequence_of = [](std::uint32_t, const Pass&, int) -> Sequence { throw user_error("bad record"); };
  BatchStream stream(from, {});
  CHECK_THROWS_AS(stream.next(), Error);
}

TEST_CASE("A stream of which nothing fits says so") {
  BatchSource from = source(20);
  from.longest = 3;
  BatchStream stream(from, {});
  CHECK_THROWS_AS(stream.next(), Error);
}

TEST_CASE("One sequence makes one batch") {
  const auto batches = bucket({{sequence_of(1, 0), 1}}, 16, 2);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].rows == 1);
}
