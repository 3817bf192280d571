// Who may ask, and how: before a request's body is read. Not for: what is asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace udrl::serve {

/// What a request says of itself, in its line and headers; "" for what it does not say.
struct Caller {
  std::string method, path;
  std::string host, origin, authorization, content_type;
  std::string content_length;
  bool has_encoding = false;           ///< a Transfer-Encoding or Content-Encoding
  std::size_t hosts = 1, lengths = 1;  ///< how many headers of these names there are
};

struct Refusal {
  int status = 400;
  std::string message;
};

struct GuardRules {
  std::string key;                           ///< that clients must send; "": none is asked for
  std::vector<std::string> allowed_origins;  ///< of web pages of other sites
  std::vector<std::string> allowed_hosts;    ///< names that a proxy passes on; on a loopback address beside its own
};

class Guard {
 public:
  /// On a loopback address only names of this machine are taken for it, so that a web page cannot come in under a name
  /// of its own (DNS rebinding).
  Guard(GuardRules rules, bool is_loopback);

  /// Nothing where it may come in.
  std::optional<Refusal> refuse(const Caller& caller) const;
  /// Whether a page of another site may read the reply.
  bool allows(const std::string& origin) const;

 private:
  bool is_called_right(const std::string& host) const;

  GuardRules rules_;
  bool is_loopback_;
};

}  // namespace udrl::serve
