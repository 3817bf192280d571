// What the student writes while it learns: a few fixed requests of valid/, answered through the very path that
// generation and evaluation take (student.gguf, llama.cpp), into samples.jsonl. Internal. Not for: judging it (eval).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "optim/trainer.hpp"
#include "prepare.hpp"
#include "report/step_log.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::train {

/// As many of each task as there is room for, always the same.
std::vector<inference::Ask> requests_of(const std::vector<Sample>& valid, const command::Fitted& fitted);

class SampleWriter {
 public:
  /// Goes on with the samples.jsonl of the output folder after `step`.
  SampleWriter(const TrainOptions& options, const Preparation& run, std::uint64_t step);

  /// Greedy answers under the top return, of the weights that `save_model` gives. Draws nothing at random. A student
  /// that cannot be asked is a warning. False where a stop request cut it off: nothing is written.
  bool take(std::uint64_t step, const Trainer& trainer, Observer& observer);
  /// The same, where the run that this one goes on with ended before it had all of them.
  bool take_missing(std::uint64_t step, const Trainer& trainer, Observer& observer);
  /// What was taken survives a power cut.
  void sync() const { log_.sync(); }

 private:
  std::optional<std::vector<Json>> asked(std::uint64_t step, const Trainer& trainer, Observer& observer) const;
  void export_student(const Trainer& trainer) const;
  std::vector<Json> answers(std::uint64_t step) const;

  const TrainOptions& options_;
  const Preparation& run_;
  std::filesystem::path folder_;  ///< of the student while it is asked
  std::vector<inference::Ask> asks_;
  bool has_all_;  ///< of the step that the run goes on after
  StepLog log_;
};

}  // namespace udrl::train
