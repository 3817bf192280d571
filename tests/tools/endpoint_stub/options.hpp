// What udrl-endpoint-stub can be told, and the kinds of faults. Not for: when a fault strikes (chance.hpp), or what is
// sent then (faults.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "clock.hpp"

namespace udrl::stub {

enum class Fault { busy, busy_after, broken, unavailable, cut, slow, malformed, schema, duplicate_id, html, none };
inline constexpr std::array<const char*, 10> fault_names = {"429",  "429-after", "500",    "503",          "cut",
                                                            "slow", "malformed", "schema", "duplicate-id", "html"};

struct Options {
  int port = 0;
  milliseconds delay{0}, slow{1000}, batch{1000};
  double faults = 0;
  std::vector<Fault> kinds;
  std::uint64_t seed = 1;
  long max_in_flight = 0;
  double rate = 0;
  std::string log;
};

/// Ends the program, with a line that says why.
[[noreturn]] void refuse(const std::string& what);

/// Refuses what it does not know; prints the help and ends where that is asked for.
Options options_of(int count, char** words);

}  // namespace udrl::stub
