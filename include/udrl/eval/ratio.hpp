// The ratio of a system to a reference, counted from a floor, and the verdict on it. Not for: which comparisons are
// made (compare.hpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/score/statistics.hpp"

namespace udrl::eval {

using score::Estimate;

/// `withheld`: the evaluation as a whole does not deserve one (compare.hpp); `decide` never says so.
enum class Verdict { pass, fail, inconclusive, undefined, withheld };
std::string to_string(Verdict verdict);

/// Means of one comparison, with the same resamples in each vector.
struct Compared {
  double system, reference, floor;
  std::vector<double> system_draws, reference_draws, floor_draws;
};
/// (system − floor) / (reference − floor), the ratio that has a zero. Undefined unless the reference beats the floor
/// with one-sided 95% confidence.
Estimate floor_corrected_ratio(const Compared& compared);
/// system / reference.
Estimate raw_ratio(const Compared& compared);
/// Is the floor-corrected ratio above `margin`? PASS and FAIL are one-sided at 95%, decided on
/// (system − floor) − margin · (reference − floor), which has no pole. Undefined where the ratio is.
Verdict decide(const Compared& compared, double margin);

}  // namespace udrl::eval
