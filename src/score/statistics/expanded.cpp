// Expanded percentile intervals.
#include "udrl/score/expanded.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace udrl::score {
namespace {

double normal_share_below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// How many standard errors of a bootstrap of so many clusters the p-quantile lies from its middle.
double expanded_quantile(double p, std::size_t clusters) {
  const auto n = static_cast<double>(clusters);
  return std::sqrt(n / (n - 1)) * student_quantile(p, n - 1);
}

}  // namespace

double normal_quantile(double p) {
  double z = 0;
  for (int step = 0; step < 60; ++step) {  // Newton's method, its steps bounded
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
    const double move = std::clamp((p - normal_share_below(z)) / density, -1.0, 1.0);
    z += move;
    if (std::abs(move) < 1e-12) break;
  }
  return z;
}

double student_quantile(double p, double degrees) {  // Abramowitz and Stegun, 26.7.5
  const double z = normal_quantile(p), z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees * degrees * degrees);
}

Estimate estimate_expanded(double value, const std::vector<double>& resampled, std::size_t clusters) {
  if (clusters < least_clusters) return estimate(value, resampled);
  const auto expanded = [&](double p) { return normal_share_below(expanded_quantile(p, clusters)); };
  const Levels plain;
  return estimate(value, resampled,
                  {expanded(plain.low), expanded(plain.high), expanded(plain.lower_95), expanded(plain.upper_95)});
}

double expanded_p_value(double threshold, const std::vector<double>& resampled, std::size_t clusters) {
  const auto not_above = static_cast<double>(
      std::count_if(resampled.begin(), resampled.end(), [&](double x) { return !(x > threshold); }));
  const double share = (1 + not_above) / (2 + static_cast<double>(resampled.size()));
  if (clusters < least_clusters) return share;
  const double wanted = normal_quantile(share);
  double low = 1e-9, high = 1 - 1e-9;
  for (int step = 0; step < 40; ++step) {
    const double middle = 0.5 * (low + high);
    (expanded_quantile(middle, clusters) < wanted ? low : high) = middle;
  }
  return high;
}

}  // namespace udrl::score
