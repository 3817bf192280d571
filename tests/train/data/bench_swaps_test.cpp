// What swaps cost the step. Hidden; on a quiet machine, from the root of the repository, with tagged records there:
//
//     build/release/tests/train/test_train "bench: swaps" -c "6m fp32"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "catch.hpp"
#include "optim/speed.hpp"
#include "optim/trainer.hpp"
#include "run/prepare.hpp"
#include "train/optim/rounds.hpp"
#include "train/run/stage.hpp"
#include "udrl/student/gemm.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

/// Of the tagged records in UDRL_BENCH_TAGGED, or where training.sh leaves them: every record swapped, or none.
TrainOptions options(const fs::path& out, double swap, const std::string& precision, int micro_tokens) {
  const char* tagged = std::getenv("UDRL_BENCH_TAGGED");
  TrainOptions options;
  options.data = tagged != nullptr ? tagged : "runs/bench/tagged-plain";
  options.out = out / std::to_string(swap);
  options.model = {6, 256, 4, 192, 4096, 0.0};
  options.sequence = {0, 0, 0, swap, false, fs::path(UDRL_SOURCE_DIR) / "data/words/nouns.txt"};
  options.batch = {4096, micro_tokens};
  options.precision = from_name<Precision>(precision).value();
  options.optimizer.name = OptimizerKind::adamw;
  options.device = Device::cpu;
  return options;
}

/// The batches of a run.
struct Batches {
  explicit Batches(const TrainOptions& of)
      : options(of),
        out(open_checkpoint_folder(options, {observer, "udrl-train", "bench", "{}", config_of(options)})),
        preparation(options, out.manifest, true, observer) {}

  /// From another place each time. A window of few records is made every few steps, so that a round of seconds bears
  /// its share of the making.
  BatchStream stream(std::uint64_t epoch) const {
    BatchSource source = preparation.source(0);
    source.window = 512;
    return {source, {epoch, 0, 0}};
  }

  /// Milliseconds of all cores, with nothing beside it, for a thousand records.
  double making_ms() const {
    const BatchSource& source = preparation.source(0);
    window_steps(source, 0, 0);  // not counted
    const auto start = std::chrono::steady_clock::now();
    window_steps(source, 1, 0);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return 1e6 * seconds / source.window;
  }

  Observer observer;
  TrainOptions options;
  data::OutputFolder out;
  Preparation preparation;
};

class Rounds {
 public:
  Rounds(const TrainOptions& without, const TrainOptions& with)
      : without_(without), with_(with), model_(without_.preparation.model()), trainer_(trainer_options(without)) {}

  /// The rate with swaps beside that without, as often.
  std::vector<double> ratios(int rounds) {
    rate(without_, 0);  // not counted
    std::vector<double> out;
    for (int i = 1; i <= rounds; ++i) {
      const auto at = static_cast<std::uint64_t>(i);
      const double before = rate(without_, at), with = rate(with_, at), after = rate(without_, at);
      out.push_back(2 * with / (before + after));
    }
    return out;
  }

  /// What swaps can cost at most: as if batches were not made while cores wait.
  void print_making() const {
    std::printf("making %.1f ms without swaps, %.1f ms with, for 1,000 records\n", without_.making_ms(),
                with_.making_ms());
  }

 private:
  TrainerOptions trainer_options(const TrainOptions& options) const {
    TrainerOptions out;
    out.model = model_;
    out.precision = options.precision;
    out.optimizer.name = options.optimizer.name;
    return out;
  }

  double rate(const Batches& batches, std::uint64_t epoch) {
    constexpr double seconds = 4;
    BatchStream stream = batches.stream(epoch);
    stream.next();
    std::this_thread::sleep_for(std::chrono::seconds(1));  // until as many steps are ready as ever are
    const auto step = [&] {
      const Step batch = stream.next();
      trainer_.step(batch, taken_++, 0.1);
      return step_operations(model_, batch);
    };
    return rate_of_steps(step, seconds);
  }

  Batches without_, with_;
  student::StudentConfig model_;
  Trainer trainer_;
  std::uint64_t taken_ = 0;
};

void measure(const std::string& precision, int micro_tokens) {
  const TempFolder folder;
  Rounds rounds(options(folder.path(), 0, precision, micro_tokens), options(folder.path(), 1, precision, micro_tokens));
  print_rounds("swaps", rounds.ratios(9));
  rounds.print_making();
}

}  // namespace

// "swaps MEDIAN LOWEST HIGHEST": operations a second with every record swapped, beside none.
// And how long batches of them take to be made.
TEST_CASE("bench: swaps", "[.][bench]") {
  SECTION("6m fp32") { measure("fp32", 1024); }
  SECTION("6m bf16") { measure("bf16", 2048); }
}
