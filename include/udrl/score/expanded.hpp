// Bootstrap intervals for few clusters. Not for: the resamples (statistics.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "udrl/score/statistics.hpp"

namespace udrl::score {

/// The quantile of the standard normal distribution, p in (0, 1).
double normal_quantile(double p);
/// That of Student's t, by expansion around the normal one; to 0.003 from 5 degrees of freedom on.
double student_quantile(double p, double degrees);

/// The expanded percentile interval (Hesterberg, 2015, "What teachers should know about the bootstrap", section 3.2):
/// percentiles of `resampled` taken so far out that they make up for a bootstrap's variance, which is that of the
/// sample over n and not over n − 1, and for t, which is wider than the normal distribution. Undefined where `estimate`
/// is.
Estimate estimate_expanded(double value, const std::vector<double>& resampled, std::size_t clusters);

/// One-sided: the smallest level at which the lower bound of that interval does not lie above `threshold`.
double expanded_p_value(double threshold, const std::vector<double>& resampled, std::size_t clusters);

}  // namespace udrl::score
