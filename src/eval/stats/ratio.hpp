// The ratio of a system to a reference, counted from a floor, and the verdict on it. Not for: which comparisons are
// made (compare.hpp).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

using score::Estimate;

/// `withheld`: the evaluation as a whole does not deserve one (compare.hpp); `judge` never says so.
enum class Verdict { pass, fail, inconclusive, undefined, withheld };
constexpr auto names_of(Verdict) { return enum_names("PASS", "FAIL", "INCONCLUSIVE", "UNDEFINED", "WITHHELD"); }

/// A figure with its value in every resample of the subjects.
struct Resampled {
  double value = 0;
  std::vector<double> draws;
  std::size_t subjects = 0;

  /// Its expanded percentile interval (udrl/score/expanded.hpp).
  Estimate estimate() const;
};
/// The mean of a column.
Resampled resampled_mean(const score::Column& column, const score::Resamples& resamples);
/// Σ factor · figure, over the same resamples.
Resampled combine(const std::vector<std::pair<double, const Resampled*>>& terms);

/// part / whole; NaN where the whole is not above 0.
Resampled share_of(const Resampled& part, const Resampled& whole);

/// Means of one comparison, over the same resamples.
struct Compared {
  Resampled system, reference, floor;
};
/// (system − floor) / (reference − floor), the ratio that has a zero. Undefined unless the reference beats the floor
/// with one-sided 95% confidence.
Estimate floor_corrected_ratio(const Compared& compared);
/// Is the floor-corrected ratio above a margin?
struct Judgement {
  double margin = 0;
  Verdict verdict = Verdict::undefined;
  double p = 1;  ///< one-sided, that the ratio is not above the margin
  /// Where inconclusive: subjects that would decide it with a power of 80%, if the ratio is what it seems; NaN: none
  /// would.
  double subjects_needed = 0;
};
/// PASS and FAIL are one-sided at 95%, decided on (system − floor) − margin · (reference − floor), which has no pole.
/// Undefined where the ratio is.
Judgement judge(const Compared& compared, double margin);

/// The same of a figure with its bounds: is it above `margin`? Undefined where it is not finite.
Judgement judge_estimate(const Estimate& estimate, double margin, std::size_t subjects);

/// Leaves PASS only where it holds for the family as a whole, at 5% (Holm, 1979); the others become inconclusive.
void correct_family(std::vector<Judgement*>& family);

}  // namespace udrl::eval
