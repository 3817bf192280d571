// URLs that hold more than an address: they would stand in manifests and messages. Not for: asking them.
#pragma once

#include <string_view>

#include "udrl/base/error.hpp"

namespace udrl {

/// Whether it has a user's name, a password, a query or a fragment.
inline bool may_hold_secret(std::string_view url) { return url.find_first_of("@?#") != std::string_view::npos; }

/// `error`, with what was wanted and the cure; the URL is not shown.
inline Error with_url_cure(Error error) {
  return Error(error)
      .expected("https://host/v1")
      .got("a user's name, a password or a query (not shown, as it may be a key)")
      .hint("put the key into an environment variable, and name that with api_key_env");
}

}  // namespace udrl
