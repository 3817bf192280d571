#include "redact.hpp"

#include "udrl/base/error.hpp"
#include "udrl/base/url_secrets.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::lm {

std::string redacted(std::string text, std::string_view key) {
  constexpr std::string_view instead = "[key]";
  if (key.size() < shortest_secret) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + instead.size()))
    text.replace(at, key.size(), instead);
  return text;
}

std::string without_key(std::string body, const std::string& key) {
  body = redacted(std::move(body), key);
  if (key.size() < shortest_secret || body.find('\\') == std::string::npos) return body;
  const data::Json json = data::json_or_discarded(body);
  if (json.is_discarded()) return body;
  std::string plain = data::json_line(json);
  return plain.find(key) == std::string::npos ? body : redacted(std::move(plain), key);
}

void refuse_secrets_in(std::string_view url) {
  if (may_hold_secret(url)) throw with_url_cure(user_error("the endpoint's URL holds more than an address"));
}

}  // namespace udrl::lm
