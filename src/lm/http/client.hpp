// Many HTTP POSTs at once to one endpoint, with retries. Not for: what is in them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "retry.hpp"
#include "udrl/base/observer.hpp"

namespace udrl::lm {

struct HttpJob {
  std::string id;    ///< for messages and jitter
  std::string path;  ///< appended to the endpoint's URL, such as "/chat/completions"
  std::string body;  ///< JSON
};

struct HttpReply {
  long status = 0;     ///< 0: no answer came
  std::string body;    ///< where none came, why
  double seconds = 0;  ///< of the last try
  /// Why this is no answer, in few words ("status 402", "not JSON"); "" where it is one.
  std::string fault;
};

/// How an endpoint is reached.
struct HttpPlace {
  std::string url;  ///< without a final slash
  std::string key;  ///< sent as a bearer token unless it is empty; taken out of replies (redact.hpp)
  int slots = 1;
  double longest_wait_s = Patience::usual_longest_wait_s;
  Observer* observer = nullptr;  ///< told of long waits
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

  explicit HttpClient(HttpPlace place);

  /// Sends all jobs, `slots` at once, and hands over the replies as they come: answers, and failures of single requests
  /// (rejected for good, or broken too often while others are answered). After a stop request nothing more is sent;
  /// what is on its way is waited for, 30 s at most. Throws `Error` with the endpoint's own words: user where the first
  /// request is forbidden (401, 403, 404, a redirection); failure where the endpoint is away or busy from the start, or
  /// fails `most_failures_in_a_row` requests alike.
  void run(const HttpAsking& asking) const;

 private:
  HttpPlace place_;
};

}  // namespace udrl::lm
