// Headers that tell a stranger.
#include "guard.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace udrl::serve {
namespace {

/// Without the port: "[::1]:8080" → "::1".
std::string name_of(const std::string& host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool same_bytes(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The page, its parts, and whether the server lives: what a browser asks for before it can send a key.
bool is_open(const Caller& caller) {
  static const std::vector<std::string> open{"/", "/page.css", "/page.js", "/health"};
  return caller.method == "OPTIONS" ||
         (caller.method == "GET" && std::find(open.begin(), open.end(), caller.path) != open.end());
}

}  // namespace

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Guard::Guard(std::string key, std::vector<std::string> allowed_origins, bool is_loopback)
    : key_(std::move(key)), allowed_origins_(std::move(allowed_origins)), is_loopback_(is_loopback) {}

bool Guard::allows(const std::string& origin) const {
  return std::find(allowed_origins_.begin(), allowed_origins_.end(), origin) != allowed_origins_.end();
}

std::optional<Refusal> Guard::refuse(const Caller& caller) const {
  const bool has_body = caller.has_length || caller.has_transfer_encoding;
  if (caller.hosts > 1 || (caller.has_length && caller.has_transfer_encoding) || (has_body && caller.method != "POST"))
    return Refusal{400, "the headers contradict each other"};
  if (is_loopback_ && !caller.host.empty() && !serve::is_loopback(name_of(caller.host)))
    return Refusal{403, "this server is for this machine alone, and not called " + name_of(caller.host)};
  const bool is_own_page = caller.origin == "http://" + caller.host || caller.origin == "https://" + caller.host;
  if (!caller.origin.empty() && !is_own_page && !allows(caller.origin))
    return Refusal{403, "web pages of " + caller.origin + " may not ask this server (--allowed-origins)"};
  if (!key_.empty() && !is_open(caller) && !same_bytes(caller.authorization, "Bearer " + key_))
    return Refusal{401, "the key is missing or wrong: send it as 'Authorization: Bearer KEY'"};
  if (caller.method == "POST" && !caller.content_type.starts_with("application/json"))
    return Refusal{415, "the body must be JSON, and say so: Content-Type: application/json"};
  return std::nullopt;
}

}  // namespace udrl::serve
