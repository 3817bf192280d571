// The training loop. Internal: train.cpp prepares what it needs and finishes what it leaves.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "state.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/train/batches.hpp"
#include "udrl/train/learner.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

/// What the loop works with; borrowed.
struct LoopInput {
  const TrainOptions& options;
  const BatchSource& source;
  const std::vector<MicroBatch>& valid;
  std::function<std::string(std::uint32_t)> record_id;  ///< of a row, for messages
  std::uint64_t total_steps = 0;
};

/// Takes the steps from `state` on to the last, writing metrics, the best weights and the state into the output folder.
/// Throws `Error`: stopped (after saving), failure (a loss that is not finite: nothing is saved, the last state stays).
void run_loop(const LoopInput& input, Learner& learner, TrainingState& state, Observer& observer);

}  // namespace udrl::train
