// Many HTTP POSTs at once to one endpoint, with retries. Not for: what is in them.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace udrl::lm {

struct HttpJob {
  std::string id;    ///< for messages and jitter
  std::string path;  ///< appended to the endpoint's URL, such as "/chat/completions"
  std::string body;  ///< JSON
};

struct HttpReply {
  long status = 0;
  std::string body;
  double seconds = 0;  ///< of the try that succeeded
};

class HttpClient {
 public:
  using Source = std::function<std::optional<HttpJob>()>;
  using Sink = std::function<void(const HttpJob&, const HttpReply&)>;

  /// `url` without a final slash. `key` is sent as a bearer token unless it is empty, and never appears in a message.
  HttpClient(std::string url, std::string key, int slots);

  /// Sends all jobs, `slots` at once, and hands over the replies as they come: 2xx, or one that rejects the job for
  /// good (400, 413, 422 …). Returns early on a stop request. Throws `Error`: user where no request would be taken
  /// (401, 403, 404), failure where the endpoint does not answer.
  void run(const Source& next, const Sink& done) const;

 private:
  std::string url_;
  std::string key_;
  int slots_;
};

}  // namespace udrl::lm
