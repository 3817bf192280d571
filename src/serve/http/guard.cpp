// Headers that tell a stranger.
#include "guard.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "udrl/base/ascii.hpp"
#include "udrl/base/loopback.hpp"

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

std::optional<Refusal> refuse_body(const Caller& caller) {
  if (caller.hosts > 1 || caller.lengths > 1) return Refusal{400, "a header stands twice"};
  if (caller.has_encoding) return Refusal{411, "send the body as it is, with a Content-Length"};
  if (caller.method != "POST")
    return caller.lengths == 0 ? std::nullopt : std::optional(Refusal{400, "only a POST has a body"});
  const bool is_number = !caller.content_length.empty() && caller.content_length.size() < 12 &&
                         std::all_of(caller.content_length.begin(), caller.content_length.end(),
                                     [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_number) return Refusal{411, "a body needs a Content-Length"};
  if (!caller.content_type.starts_with("application/json"))
    return Refusal{415, "the body must be JSON, and say so: Content-Type: application/json"};
  return std::nullopt;
}

/// "Bearer KEY"; the scheme in any case.
bool has_key(const std::string& authorization, const std::string& key) {
  constexpr std::size_t scheme = 7;
  return authorization.size() > scheme && small_letters(authorization.substr(0, scheme)) == "bearer " &&
         same_bytes(authorization.substr(scheme), key);
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Guard::Guard(GuardRules rules, bool is_loopback) : rules_(std::move(rules)), is_loopback_(is_loopback) {}

bool Guard::allows(const std::string& origin) const { return holds(rules_.allowed_origins, origin); }

bool Guard::is_called_right(const std::string& host) const {
  if (host.empty() || holds(rules_.allowed_hosts, host)) return true;
  return is_loopback_ ? udrl::is_loopback(host) : rules_.allowed_hosts.empty();
}

std::optional<Refusal> Guard::refuse(const Caller& caller) const {
  const std::string host = name_of(caller.host);
  if (!is_called_right(host)) return Refusal{403, "this server is not called " + host + " (--allowed-hosts)"};
  const bool is_own_page = caller.origin == "http://" + caller.host || caller.origin == "https://" + caller.host;
  if (!caller.origin.empty() && !is_own_page && !allows(caller.origin))
    return Refusal{403, "web pages of " + caller.origin + " may not ask this server (--allowed-origins)"};
  if (!rules_.key.empty() && !is_open(caller) && !has_key(caller.authorization, rules_.key))
    return Refusal{401, "the key is missing or wrong: send it as 'Authorization: Bearer KEY'"};
  return refuse_body(caller);
}

}  // namespace udrl::serve
