// Keys kept out of whatever an endpoint's words may reach: records, messages, logs. Internal.
#pragma once

#include <string>
#include <string_view>

namespace udrl::lm {

/// Shorter ones are place-holders of local servers ("none", "EMPTY"), words that an answer may hold.
inline constexpr std::size_t shortest_secret = 16;

/// `text` with "[key]" for the key wherever it stands: endpoints echo headers.
std::string redacted(std::string text, std::string_view key);

/// The same of a reply's body, in which JSON may spell the key in other characters ("\/", "\u002d"): such a body is
/// written anew without it.
std::string without_key(std::string body, const std::string& key);

/// Throws `Error` (user), which does not show it, for a URL that holds a user's name, a password or a query: it would
/// stand in manifests and messages.
void refuse_secrets_in(std::string_view url);

}  // namespace udrl::lm
