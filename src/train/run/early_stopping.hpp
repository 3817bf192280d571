// When a run should end before its last step: a loss that takes off, a validation loss that no longer falls. Pure
// arithmetic on figures that are part of the saved state, so that a run that goes on decides as one that never stopped.
// Internal. Not for: what is done about it (loop.cpp).
#pragma once

#include <cstdint>
#include <optional>

namespace udrl::train {

/// Running mean and variance of the training loss (about the last 50 steps), and how many steps in a row stood out.
struct LossTrend {
  double mean = 0, variance = 0;
  std::uint64_t steps = 0;  ///< taken in
  std::uint64_t high = 0;   ///< the last ones, left out of mean and variance
};

/// Takes in a step's loss. True at the third step in a row whose loss is above the mean by half of it and by so many
/// standard deviations. Never in the first 50 steps; `deviations` 0: never.
bool is_spike(LossTrend& trend, double loss, double deviations);

/// The lowest validation loss that counts as lower, and how many evaluations ago it was.
struct Plateau {
  std::optional<double> lowest;
  std::uint64_t evaluations = 0;
};

/// Takes in an evaluation; a loss counts as lower where it is so by more than `min_delta`.
void take_in(Plateau& plateau, double valid_loss, double min_delta);
/// `patience` 0: never.
bool is_over(const Plateau& plateau, int patience);

}  // namespace udrl::train
