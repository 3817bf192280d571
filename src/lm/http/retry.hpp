// When a refused or failed HTTP request is sent again. Not for: sending it, or how the endpoint fares (pace.hpp).
#pragma once

#include <optional>
#include <string>

#include "udrl/base/random.hpp"

namespace udrl::lm {

enum class ReplyOutcome {
  good,       ///< 2xx
  busy,       ///< 429, 503, 529: the endpoint asks for patience
  away,       ///< no connection, or a cut one; 502: what stands before the endpoint does not reach it
  broken,     ///< a time-out, another 5xx: tried a few times
  garbled,    ///< 2xx, but no answer in it: tried less often
  rejected,   ///< 400, 413, 422 …: this request will never be taken, others may
  forbidden,  ///< 3xx, 401, 403, 404, 405: most likely no request will be taken
};
/// `status` 0: no answer came.
ReplyOutcome judge(long status);

/// How often one request failed where others are answered.
class Tries {
 public:
  explicit Tries(const std::string& id) : jitter_(0, id) {}

  /// Seconds to wait before the next try: twice as long each time, with jitter, never more than `longest_wait_s`.
  /// Nothing if there was no answer in too many replies (`broken`, `garbled`). Neither `busy` nor `away` is the
  /// request's fault, and neither uses up tries: the endpoint's `Pace` says how long that may go on.
  std::optional<double> next_wait(ReplyOutcome outcome, double longest_wait_s);

 private:
  RandomStream jitter_;
  int broken_ = 0;
  int garbled_ = 0;
  int others_ = 0;
};

}  // namespace udrl::lm
