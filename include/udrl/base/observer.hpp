// How the library reports while it works: the tools decide what is printed, and where. Not for: errors (error.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace udrl {

/// How far a stage is. `total` 0 means unknown. `done` counts work finished in earlier runs too, `resumed` says how much
/// of it, so that rates and the time left are of this run alone.
struct Progress {
  std::string what;  ///< "synthesize", "embed", …
  std::string unit;  ///< "prompts", "steps", …
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t resumed = 0;
  std::string detail;  ///< appended as it is: "loss 2.31  4,312 tok/s"
};

enum class Level { info, warning };

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void progress(const Progress&) {}
  virtual void note(Level, const std::string&) {}
};

/// A bar that rewrites itself where standard error is a terminal; elsewhere a plain line at most every
/// `plain_interval_s` seconds and at the end. Shows done/total, rate, time left. Notes go through spdlog.
std::unique_ptr<Observer> make_terminal_observer(double plain_interval_s = 5.0);

}  // namespace udrl
