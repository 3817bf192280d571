// What a run that must not go on is told, with the records named that may be to blame. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "optim/trainer.hpp"
#include "udrl/base/error.hpp"

namespace udrl::train {

/// Steps that may be to blame. A loss that stays high was brought up by the step before the first high one, or by that
/// one.
struct TakenSteps {
  TakenSteps() = default;
  TakenSteps(const Step& step, std::uint64_t number) { add(step, number); }

  void add(const Step& step, std::uint64_t number) {
    batches.insert(batches.end(), step.micro_batches.begin(), step.micro_batches.end());
    if (first == 0) first = number;
    last = number;
  }
  std::string name() const {
    return first == last ? "step " + std::to_string(first)
                         : "steps " + std::to_string(first) + " and " + std::to_string(last);
  }

  std::vector<MicroBatch> batches;
  std::uint64_t first = 0, last = 0;  ///< from 1
};

/// What may be to blame, and how errors call it.
struct Suspects {
  std::string where;  ///< "step 12"
  std::vector<MicroBatch> batches;
  std::function<std::string(std::uint32_t)> record_id;
};

/// What there is to go on from.
struct Saved {
  std::uint64_t step = 0;         ///< of the newest state; 0: none
  std::filesystem::path weights;  ///< a folder that a run can start from; empty: none
};

/// A loss, a gradient or weights that are not finite.
Error not_finite(const std::string& what, const Suspects& suspects, const Saved& saved, const Trainer& trainer);
/// A loss far above the `usual` one.
Error spiked(double usual, double loss, const Suspects& suspects, const Saved& saved, const Trainer& trainer);

}  // namespace udrl::train
