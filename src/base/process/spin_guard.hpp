// Keeps a tool's speed beside other busy processes. Not for: how many threads compute (process.hpp).
//
// OpenMP's threads meet at thousands of barriers a second, and libgomp lets those that wait spin for up to 3 ms:
// quicker than going to sleep while each has a core to itself. Beside another busy process one of them has none for
// milliseconds at a time, and the spinning takes the time that it would need: of a training step's speed a quarter or
// less is left. So the guard looks how long this process's threads wait for a core (Linux:
// /proc/self/task/*/schedstat), and while they do, lets those at barriers sleep almost at once. Figures: docs/log.md of
// 2026-11-28, scripts/bench/beside.sh.
#pragma once

#include <thread>

namespace udrl {

/// When to sleep. Pure, for tests.
class SpinRule {
 public:
  /// `waiting`: seconds, of all threads together, that they were ready and had no core, a second of time; ≥ 0. True
  /// while barriers should be slept at. Goes back to spinning after two seconds in a row without company.
  bool update(double waiting);
  static constexpr double seconds_between_updates = 0.25;

 private:
  bool sleeps_ = false;
  int calm_ = 0;  ///< updates in a row
};

/// Watches from its construction to its end, in a thread of its own. Does nothing where libgomp is not what the threads
/// wait in (clang's OpenMP), where the kernel does not tell, or where the user chose (OMP_WAIT_POLICY, GOMP_SPINCOUNT).
/// Changes no result: as many threads compute, on the same parts.
class SpinGuard {
 public:
  SpinGuard();

 private:
  std::jthread watch_;
};

}  // namespace udrl
