// How fast a step is and where its time goes. Hidden; on a quiet machine:
//
//     build/release/tests/train/test_train "bench: operations"
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>

#include "catch.hpp"
#include "operations.hpp"
#include "optim/speed.hpp"
#include "optim/trainer.hpp"
#include "rounds.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/gemm.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

using Clock = std::chrono::steady_clock;

/// Lengths like those of data/distilled: 32 tokens on average, 18 of them learned.
Sequence sequence_of(std::uint32_t record, std::uint64_t epoch) {
  RandomStream random(5, std::to_string(record) + ":" + std::to_string(epoch));
  const int length = 17 + static_cast<int>(10 * (random.uniform() + random.uniform() + random.uniform()));
  Sequence s;
  s.first_target = 14;
  for (int i = 0; i < length; ++i) s.ids.push_back(3 + static_cast<int>(random.below(4000)));
  return s;
}

struct Shape {
  const char* name;
  int layers, width, heads, context_length, vocab, step_tokens, micro_tokens, steps;
};

BatchSource source(const Shape& shape) {
  BatchSource out;
  out.records = 8192;
  out.sequence_of = [](std::uint32_t record, const Pass& pass, int) { return sequence_of(record, pass.epoch); };
  out.options = {shape.step_tokens, shape.micro_tokens};
  out.longest = shape.context_length;
  out.pad_id = 2;
  return out;
}

TrainerOptions trainer_options(const Shape& shape, const std::string& precision, const std::string& optimizer) {
  ModelOptions model;
  model.layers = shape.layers, model.width = shape.width, model.heads = shape.heads;
  model.context_length = shape.context_length, model.vocab = shape.vocab;
  TrainerOptions out;
  out.model = student_config(model, shape.vocab);
  out.precision = from_name<Precision>(precision).value();
  out.optimizer.name = from_name<OptimizerKind>(optimizer).value();
  return out;
}

void print(const OperationTimes& times, double seconds, int steps) {
  std::vector<std::pair<std::string, OperationTimes::Entry>> sorted(times.entries().begin(), times.entries().end());
  std::sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second.seconds > b.second.seconds; });
  double named = 0;
  for (const auto& [name, entry] : sorted) named += entry.seconds;
  std::printf("  %-44s %8.2f ms a step  %5.1f%%\n", "(between operations)", 1e3 * (seconds - named) / steps,
              100 * (seconds - named) / seconds);
  for (const auto& [name, entry] : sorted)
    if (entry.seconds > 0.005 * seconds)
      std::printf("  %-44s %8.2f ms a step  %5.1f%%  %d calls\n", name.c_str(), 1e3 * entry.seconds / steps,
                  100 * entry.seconds / seconds, entry.calls / steps);
}

/// As it is trained where "auto" finds a GPU: in large passes.
Shape on_device(Shape shape) {
  if (automatic_device() == Device::cuda) shape.step_tokens = 131072, shape.micro_tokens = 65536, shape.steps = 8;
  return shape;
}

void measure(const Shape& of, const std::string& precision, const std::string& optimizer, bool by_operation) {
  const Shape shape = on_device(of);
  Trainer trainer(trainer_options(shape, precision, optimizer));
  BatchStream stream(source(shape), {});
  std::uint64_t step = 0;
  for (int i = 0; i < std::max(2, shape.steps / 4); ++i) trainer.step(stream.next(), step++, 0.1);
  std::optional<OperationTimes> times;
  if (by_operation) times.emplace();
  std::int64_t tokens = 0, targets = 0;
  double operations = 0;
  const student::StudentConfig model = trainer_options(shape, precision, optimizer).model;
  const auto start = Clock::now();
  for (int i = 0; i < shape.steps; ++i) {
    const Step batch = stream.next();
    tokens += batch.tokens(), targets += batch.targets();
    operations += step_operations(model, batch);
    trainer.step(batch, step++, 0.1);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf("%s %s %s (%s): %.0f tokens/s, %.0f that bear loss, %.1f ms a step, %.3f of %.0f GFLOP/s\n", shape.name,
              precision.c_str(), optimizer.c_str(), trainer.description().c_str(),
              static_cast<double>(tokens) / seconds, static_cast<double>(targets) / seconds,
              1e3 * seconds / shape.steps, operations / seconds / trainer.best_rate(), trainer.best_rate() / 1e9);
  if (times) print(*times, seconds, shape.steps);
}

/// How much of what the machine can do a step does. On a machine that others use too its rate changes by the minute, so
/// it is measured before and after each of several rounds.
void measure_share(const Shape& of, const std::string& precision) {
  const Shape shape = on_device(of);
  constexpr int rounds = 7;
  constexpr double seconds_a_round = 4;
  const TrainerOptions options = trainer_options(shape, precision, "adamw");
  Trainer trainer(options);
  BatchStream stream(source(shape), {});
  std::uint64_t taken = 0;
  const auto step = [&] {
    const Step batch = stream.next();
    trainer.step(batch, taken++, 0.1);
    return step_operations(options.model, batch);
  };
  const auto best_rate = [&] {
    return student::GemmPlan::measure({options.model, shape.micro_tokens, trainer.device(), precision == "bf16"})
        .best_rate();
  };
  std::fprintf(stderr, "%s\n", trainer.description().c_str());
  rate_of_steps(step, seconds_a_round);  // not counted
  std::vector<double> shares;
  for (double before = best_rate(); shares.size() < rounds;) {
    const double rate = rate_of_steps(step, seconds_a_round), after = best_rate();
    shares.push_back(2 * rate / (before + after));
    before = after;
  }
  print_rounds("share", shares);
}

/// What all threads are worth beside one, in rounds that take turns.
void measure_threads(const Shape& shape, const std::string& precision) {
  constexpr int rounds = 5;
  constexpr double seconds_a_round = 4;
  Trainer trainer(trainer_options(shape, precision, "adamw"));
  BatchStream stream(source(shape), {});
  const int all = at::get_num_threads();
  std::uint64_t taken = 0;
  const auto rate_with = [&](int threads) {
    at::set_num_threads(threads);
    return rate_of_steps(
        [&] {
          const Step batch = stream.next();
          trainer.step(batch, taken++, 0.1);
          return static_cast<double>(batch.tokens());
        },
        seconds_a_round);
  };
  rate_with(all);  // not counted
  std::vector<double> gains;
  for (int i = 0; i < rounds; ++i) {
    const double alone = rate_with(1);
    gains.push_back(rate_with(all) / alone);
  }
  std::fprintf(stderr, "%d threads\n", all);
  print_rounds("threads", gains);
}

/// Where the processor lacks bfloat16, a step in it takes minutes; on a GPU nobody trains in fp32.
std::vector<const char*> precisions() {
  if (automatic_device() == Device::cuda) return {"bf16"};
  if (automatic_precision(Device::cpu) == Precision::fp32) return {"fp32"};
  return {"fp32", "bf16"};
}

constexpr Shape small{"6m", 6, 256, 4, 192, 4096, 4096, 2048, 24};
constexpr Shape large{"104m", 12, 768, 12, 1024, 23600, 4096, 512, 2};

}  // namespace

TEST_CASE("bench: steps", "[.][bench]") {
  for (const Shape& shape : {small, large})
    for (const char* precision : precisions())
      for (const char* optimizer : {"adamw", "muon"}) measure(shape, precision, optimizer, false);
}

// "share MEDIAN LOWEST HIGHEST", of one by its name: build/release/tests/train/test_train "bench: share" -c "6m fp32"
TEST_CASE("bench: share", "[.][bench]") {
  for (const Shape& shape : {small, large})
    for (const char* precision : precisions()) DYNAMIC_SECTION(shape.name << " " << precision) {
        measure_share(shape, precision);
      }
}

TEST_CASE("bench: threads", "[.][bench]") {
  for (const Shape& shape : {small, large})
    for (const char* precision : precisions()) DYNAMIC_SECTION(shape.name << " " << precision) {
        if (automatic_device() == Device::cpu) measure_threads(shape, precision);
      }
}

TEST_CASE("bench: operations", "[.][bench]") {
  for (const Shape& shape : {small, large})
    for (const char* precision : precisions()) DYNAMIC_SECTION(shape.name << " " << precision) {
        measure(shape, precision, "adamw", true);
      }
}
