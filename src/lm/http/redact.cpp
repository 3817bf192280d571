#include "redact.hpp"

#include "udrl/base/error.hpp"

namespace udrl::lm {

std::string redacted(std::string text, std::string_view key) {
  constexpr std::string_view instead = "[key]";
  if (key.size() < shortest_secret) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + instead.size()))
    text.replace(at, key.size(), instead);
  return text;
}

void refuse_secrets_in(std::string_view url) {
  if (url.find_first_of("@?#") == std::string_view::npos) return;
  throw user_error("the endpoint's URL holds more than an address")
      .expected("https://host/v1")
      .got("a user's name, a password or a query (not shown, as it may be a key)")
      .hint("put the key into an environment variable, and name that with api_key_env");
}

}  // namespace udrl::lm
