// The whole stage on a tiny data set, for tests: options, runs, runs that are stopped, what they say. Not for: samples
// and tagged folders (helpers.hpp).
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/errors/expect_error.hpp"
#include "base/process/notes.hpp"
#include "catch.hpp"
#include "train/helpers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/train/train.hpp"

namespace udrl::train::testing {

inline TrainOptions tiny(const fs::path& folder, const std::string& out) {
  TrainOptions options;
  options.data = folder / "tagged";
  options.out = folder / out;
  options.model = {2, 32, 2, 64, 512, 0.0};
  options.batch = {512, 256};
  options.sequence.entity_words = std::string(UDRL_SOURCE_DIR) + "/data/words/nouns.txt";
  options.steps = 16;
  options.valid_every = 4;
  options.save_every = 5;
  options.device = test_device();
  options.precision = Precision::fp32;
  options.gemm_backend = student::GemmChoice::mkl;
  return options;
}

inline std::string config_of(const TrainOptions& options) {
  TrainOptions copy = options;
  copy.out = copy.data = "folder";
  OptionSet set;
  declare(set, copy);
  return set.to_json(false);
}

inline TrainReport run(const TrainOptions& options, Observer& observer) {
  return udrl::train::train(options, RunContext{observer, "udrl-train", "test", "{}", config_of(options)});
}
inline TrainReport run(const TrainOptions& options) {
  Observer silent;
  return run(options, silent);
}

/// Asks to stop once a number of steps is done.
struct Stopper : Observer {
  std::uint64_t after;
  explicit Stopper(std::uint64_t steps) : after(steps) {}
  void progress(const Progress& p) override {
    if (p.what == "train" && p.done == after) request_stop();
  }
};

using test::Notes;

inline void run_until(const TrainOptions& options, std::uint64_t steps) {
  Stopper stopper(steps);
  try {
    run(options, stopper);
    FAIL("the run was not stopped");
  } catch (const Error& error) {
    request_stop(false);
    REQUIRE(error.kind() == ErrorKind::stopped);
    REQUIRE(error.exit_code() == 3);
  }
}

/// What a run says that has a rate, from such a step on, at which the loss takes off: as if the folder's recipe had
/// always had it.
inline std::string error_of_high_rate(TrainOptions options, std::uint64_t step, int save_every = 1000000) {
  options.optimizer.name = OptimizerKind::adamw;
  options.optimizer.weight_decay = 0;
  options.save_every = save_every;
  options.divergence.deviations = 3;
  run_until(options, step);
  options.optimizer.lr = 1;
  data::Manifest manifest = data::read_manifest(options.out);
  manifest.config["optimizer.lr"] = options.optimizer.lr;
  data::write_manifest(options.out, manifest);
  return test::error_of([&] { run(options); });
}

inline nlohmann::json saved_state(const fs::path& folder) {
  return nlohmann::json::parse(read_file(folder / "training_state.json"));
}

/// The lines of a file of JSON lines.
inline std::vector<nlohmann::json> lines_of(const fs::path& file) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

inline std::vector<nlohmann::json> metrics(const fs::path& folder) { return lines_of(folder / "metrics.jsonl"); }

}  // namespace udrl::train::testing
