// The policy of retries. Not for: sending requests (client.cpp).
#include "retry.hpp"

#include <algorithm>
#include <cmath>

namespace udrl::lm {
namespace {

constexpr int tries_while_broken = 6;
constexpr int tries_while_garbled = 3;
constexpr int most_doublings = 7;  // a minute

}  // namespace

ReplyOutcome judge(long status) {
  if (status >= 200 && status < 300) return ReplyOutcome::good;
  if (status == 429 || status == 503 || status == 529) return ReplyOutcome::busy;
  if (status >= 300 && status < 400)
    return ReplyOutcome::forbidden;  // redirections are not followed: a key would travel
  if (status == 401 || status == 403 || status == 404 || status == 405) return ReplyOutcome::forbidden;
  if (status == 0 || status == 502) return ReplyOutcome::away;
  if (status == 408 || status >= 500) return ReplyOutcome::broken;
  return ReplyOutcome::rejected;
}

std::optional<double> Tries::next_wait(ReplyOutcome outcome, double longest_wait_s) {
  int& count = outcome == ReplyOutcome::broken ? broken_ : outcome == ReplyOutcome::garbled ? garbled_ : others_;
  ++count;
  if (broken_ >= tries_while_broken || garbled_ >= tries_while_garbled) return std::nullopt;
  const double doubled = 0.5 * std::pow(2.0, std::min(count - 1, most_doublings));
  return std::min(doubled, longest_wait_s) * (1 - 0.25 * jitter_.uniform());
}

}  // namespace udrl::lm
