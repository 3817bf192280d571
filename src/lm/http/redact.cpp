#include "redact.hpp"

#include "udrl/base/error.hpp"
#include "udrl/base/url_secrets.hpp"

namespace udrl::lm {

std::string redacted(std::string text, std::string_view key) {
  constexpr std::string_view instead = "[key]";
  if (key.size() < shortest_secret) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + instead.size()))
    text.replace(at, key.size(), instead);
  return text;
}

void refuse_secrets_in(std::string_view url) {
  if (may_hold_secret(url)) throw with_url_cure(user_error("the endpoint's URL holds more than an address"));
}

}  // namespace udrl::lm
