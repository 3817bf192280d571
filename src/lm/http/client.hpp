// Many HTTP POSTs at once to the endpoints of one model, with retries. Not for: what is in them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "job.hpp"
#include "pace.hpp"
#include "response_cache.hpp"
#include "udrl/base/observer.hpp"
#include "usage_ledger.hpp"

namespace udrl::lm {

/// How a model is reached.
struct HttpPlace {
  std::vector<std::string> urls;  ///< without a final slash; each gets as much as it answers
  std::string key;                ///< sent as a bearer token unless it is empty; taken out of replies (redact.hpp)
  PaceLimits pace;                ///< of each
  Observer* observer = nullptr;   ///< told of long waits
};

/// What is asked, and what becomes of the replies.
struct HttpAsking {
  std::function<std::optional<HttpJob>()> next;
  /// An answer, or one that will not come, with its fault.
  std::function<void(const HttpJob&, const HttpReply&)> done;
  /// What a reply lacks to be an answer: see `HttpReply::fault`.
  std::function<std::string(const HttpReply&)> fault_in;
  /// Changes a job that was rejected so that it may be taken; false if it cannot.
  std::function<bool(HttpJob&, const HttpReply&)> amend = [](HttpJob&, const HttpReply&) { return false; };
};

class HttpClient {
 public:
  /// So many failures of one kind with no answer between them end a run.
  static constexpr int most_failures_in_a_row = 16;

  /// All outlive the client; `cache` may be null.
  HttpClient(const HttpPlace& place, UsageLedger& ledger, ResponseCache* cache);

  /// Sends all jobs, as many at once as the endpoints answer, and hands over the replies as they come: answers, and
  /// failures of single requests (rejected for good, or broken too often while others are answered). What the cache has
  /// is not asked. After a stop request nothing more is sent; what is on its way is waited for, 30 s at most. Throws
  /// `Error` with the endpoint's own words: user where the first request is forbidden (401, 403, 404, a redirection, a
  /// certificate that is none); failure where every endpoint answered nothing for `PaceLimits::retry_for_s`, or one
  /// fails `most_failures_in_a_row` requests alike; stopped where the ledger has no room for one more request: what was
  /// in flight has been delivered then.
  void run(const HttpAsking& asking) const;

 private:
  const HttpPlace& place_;
  UsageLedger& ledger_;
  ResponseCache* cache_;
};

}  // namespace udrl::lm
