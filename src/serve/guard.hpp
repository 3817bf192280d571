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
  bool has_length = false, has_transfer_encoding = false;
  std::size_t hosts = 1;  ///< how many headers of this name there are
};

struct Refusal {
  int status = 400;
  std::string message;
};

class Guard {
 public:
  /// `key` "": none is asked for. On a loopback address only names of this machine are taken for it, so that a web page
  /// cannot come in under a name of its own (DNS rebinding).
  Guard(std::string key, std::vector<std::string> allowed_origins, bool is_loopback);

  /// Nothing where it may come in.
  std::optional<Refusal> refuse(const Caller& caller) const;
  /// Whether a page of another site may read the reply.
  bool allows(const std::string& origin) const;

 private:
  std::string key_;
  std::vector<std::string> allowed_origins_;
  bool is_loopback_;
};

/// "127.0.0.1", "::1", "localhost".
bool is_loopback(const std::string& host);

}  // namespace udrl::serve
