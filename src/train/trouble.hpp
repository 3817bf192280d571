// What a run that must not go on is told, with the records of the step named. Internal.
#pragma once

#include <functional>
#include <string>

#include "udrl/base/error.hpp"
#include "udrl/train/learner.hpp"

namespace udrl::train {

/// The step that went wrong; borrowed.
struct BadStep {
  std::uint64_t number;  ///< from 1
  const Step& batch;
  const StepResult& result;
  std::function<std::string(std::uint32_t)> record_id;
};

/// A loss, a gradient or weights that are not finite.
Error not_finite(const std::string& what, const BadStep& step, Learner& learner);
/// A loss far above the `usual` one.
Error spiked(double usual, const BadStep& step, Learner& learner);

}  // namespace udrl::train
