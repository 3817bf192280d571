// The policy of retries. Not for: sending requests (client.cpp).
#include "retry.hpp"

#include <algorithm>
#include <cmath>

namespace udrl::lm {
namespace {

constexpr int tries_while_broken = 6;
constexpr int tries_while_garbled = 3;
constexpr double longest_doubled_s = 60;
constexpr double patience_s = 3600;  ///< with an endpoint that only ever says that it is busy

}  // namespace

ReplyOutcome judge(long status) {
  if (status >= 200 && status < 300) return ReplyOutcome::good;
  if (status == 429 || status == 503 || status == 529) return ReplyOutcome::busy;
  if (status >= 300 && status < 400)
    return ReplyOutcome::forbidden;  // redirections are not followed: a key would travel
  if (status == 401 || status == 403 || status == 404 || status == 405) return ReplyOutcome::forbidden;
  if (status == 0 || status == 408 || status >= 500) return ReplyOutcome::broken;
  return ReplyOutcome::rejected;
}

std::optional<double> Patience::next_wait(ReplyOutcome outcome, double retry_after_s) {
  int& count = outcome == ReplyOutcome::busy ? busy_ : outcome == ReplyOutcome::garbled ? garbled_ : broken_;
  ++count;
  if (broken_ >= tries_while_broken || garbled_ >= tries_while_garbled) return std::nullopt;
  if (waited_s_ > std::max(patience_s, 2 * longest_wait_s_)) return std::nullopt;
  const double doubled = std::min(longest_doubled_s, 0.5 * std::pow(2.0, count - 1));
  const double wait = jittered(retry_after_s > 0 ? retry_after_s : doubled);
  waited_s_ += wait;
  return wait;
}

/// All slots would come back at once.
double Patience::jittered(double wait_s) {
  const double some = 0.25 * jitter_.uniform();
  return wait_s * (1 + some) <= longest_wait_s_ ? wait_s * (1 + some)
                                                : std::min(wait_s, longest_wait_s_) * (1 - some / 2);
}

}  // namespace udrl::lm
