// The training loop. Internal: train.cpp prepares what it needs and finishes what it leaves.
#pragma once

#include "optim/trainer.hpp"
#include "prepare.hpp"
#include "report/run_report.hpp"
#include "state.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

/// What the loop works with; borrowed.
struct LoopInput {
  const TrainOptions& options;
  const Preparation& run;
  const RunDescription& description;  ///< for report.html
  double machine_rate = 0;            ///< operations a second, of all processes
  const Ranks& ranks;                 ///< the first one alone writes
};

/// Takes the steps from `state` on to the last, or to where the validation loss no longer falls, writing metrics,
/// samples, the report, the best weights and the state into the output folder. All processes of a run take every step
/// together. Throws `Error`: stopped (after saving),
/// failure (a loss that is not finite or that diverged: nothing is saved, the last state stays).
void run_loop(const LoopInput& input, Trainer& trainer, TrainingState& state, Observer& observer);

}  // namespace udrl::train
