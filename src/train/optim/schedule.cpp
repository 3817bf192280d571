// Warm-up with a plateau and a linear decay, or with a cosine.
#include "schedule.hpp"

#include <algorithm>
#include <cmath>

namespace udrl::train {
namespace {

constexpr double pi = 3.14159265358979323846;

/// `left`: share of the decay that is still to come, (0, 1].
double decayed(const ScheduleOptions& options, double left) {
  return options.name == ScheduleKind::cosine ? 0.5 * (1.0 - std::cos(pi * left)) : left;
}

}  // namespace

double learning_rate_share(const ScheduleOptions& options, std::uint64_t step, std::uint64_t total) {
  const double all = static_cast<double>(std::max<std::uint64_t>(total, 1));
  const double now = static_cast<double>(step);
  const double warm = std::round(options.warmup * all);
  const double decay = options.name == ScheduleKind::cosine ? all - warm : options.decay * all;
  const double rising = warm > 0 ? std::min(1.0, (now + 1) / warm) : 1.0;
  const double left = decay > 0 ? std::clamp((all - now) / (decay + 1), 0.0, 1.0) : 1.0;
  return std::min(rising, decayed(options, left));
}

}  // namespace udrl::train
