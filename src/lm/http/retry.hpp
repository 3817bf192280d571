// When a refused or failed HTTP request is sent again. Not for: sending it.
#pragma once

#include <optional>
#include <string>

#include "udrl/base/random.hpp"

namespace udrl::lm {

enum class ReplyOutcome {
  good,       ///< 2xx
  busy,       ///< 429, 503, 529: the endpoint asks for patience. Does not use up the tries.
  broken,     ///< no connection, a time-out, another 5xx: tried a few times
  garbled,    ///< 2xx, but no answer in it: tried less often
  rejected,   ///< 400, 413, 422 …: this request will never be taken, others may
  forbidden,  ///< 3xx, 401, 403, 404, 405: most likely no request will be taken
};
/// `status` 0: no answer came.
ReplyOutcome judge(long status);

/// How often one request was turned away, and how long it has waited.
class Patience {
 public:
  static constexpr double usual_longest_wait_s = 300;

  explicit Patience(const std::string& id, double longest_wait_s = usual_longest_wait_s)
      : jitter_(0, id), longest_wait_s_(longest_wait_s) {}

  /// Seconds to wait before the next try: what the endpoint asked for (`retry_after_s`, 0: nothing), else twice as long
  /// each time, with jitter; never more than the longest wait. Nothing if the endpoint has been broken or garbled too
  /// often, or busy for too long.
  std::optional<double> next_wait(ReplyOutcome outcome, double retry_after_s);

 private:
  double jittered(double wait_s);

  RandomStream jitter_;
  double longest_wait_s_;
  int busy_ = 0;
  int broken_ = 0;
  int garbled_ = 0;
  double waited_s_ = 0;
};

}  // namespace udrl::lm
