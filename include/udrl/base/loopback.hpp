// Hosts that are this machine. Not for: resolving names.
#pragma once

#include <string>

namespace udrl {

/// "127.0.0.1", "::1", "localhost", but not "127.example.com".
bool is_loopback(const std::string& host);

}  // namespace udrl
