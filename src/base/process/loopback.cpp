#include "udrl/base/loopback.hpp"

#include <arpa/inet.h>

#include "udrl/base/ascii.hpp"

namespace udrl {

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  return host == "::1" || small_letters(host) == "localhost";
}

}  // namespace udrl
