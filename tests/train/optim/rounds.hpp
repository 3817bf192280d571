// Measuring in rounds: on a machine that others use too, the rate changes by the minute. For: benches.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

namespace udrl::train::testing {

/// Operations a second of steps, for some seconds and one step at least. `step` gives its operations.
inline double rate_of_steps(const std::function<double()>& step, double seconds) {
  const auto start = std::chrono::steady_clock::now();
  double operations = 0, elapsed = 0;
  while (elapsed < seconds) {
    operations += step();
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return operations / elapsed;
}

/// "NAME MEDIAN LOWEST HIGHEST"
inline void print_rounds(const char* name, std::vector<double> rounds) {
  std::sort(rounds.begin(), rounds.end());
  std::printf("%s %.3f %.3f %.3f\n", name, rounds[rounds.size() / 2], rounds.front(), rounds.back());
}

}  // namespace udrl::train::testing
