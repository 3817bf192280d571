// Which request meets which fault, and the hash of a body, of which its answer is made. The same in each run. Not for:
// what a fault is (faults.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "options.hpp"

namespace udrl::stub {

std::uint64_t hash_of(std::string_view text);
/// Sixteen digits.
std::string hex(std::uint64_t value);

/// What happens to a request, and which of the ways of it.
struct Fate {
  Fault fault = Fault::none;
  std::uint64_t way = 0;
};

Fate fate_of(const Options& options, std::uint64_t number);

}  // namespace udrl::stub
