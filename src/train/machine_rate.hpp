// What the machine can do at best, so that a share of it means something. Internal. Not for: what a step needs
// (speed.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "udrl/student/config.hpp"

namespace udrl::train {

struct RateQuestion {
  const student::StudentConfig& model;
  std::int64_t rows;   ///< positions of a forward pass
  std::string device;  ///< cpu or cuda
  bool bf16;
};

/// Floating-point operations a second of matrix products in the model's own shapes, the best of a few: measured in a
/// fraction of a second. Draws nothing at random.
double machine_rate(const RateQuestion& question);

}  // namespace udrl::train
