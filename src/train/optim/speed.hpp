// How fast a run is: seconds, tokens a second, and MFU: the share that its steps use of the matmul peak
// that was measured on this machine. Internal;
// no torch. Not for: measuring the machine (student/gemm.hpp).
#pragma once

#include <chrono>
#include <cstdint>

#include "data/batches.hpp"
#include "udrl/student/config.hpp"

namespace udrl::train {

/// Floating-point operations of a step, forward and back: the matrices of the blocks and attention for every position,
/// padding included, and the head for the target positions that pass through it.
double step_operations(const student::StudentConfig& model, const Step& step);
/// Of an ensemble's model that such a step asks: forward alone.
double forward_operations(const student::StudentConfig& model, const Step& step);

class Speed {
 public:
  /// What runs before this one did, and what the machine can do, in operations a second.
  struct Before {
    std::uint64_t tokens = 0;
    double seconds = 0;
    double machine_rate = 0;
  };
  explicit Speed(const Before& before) : before_(before) {}

  /// Around a step, its wait for data included.
  void begin_step() { step_start_ = Clock::now(); }
  void end_step(double operations);

  double run_seconds() const { return since(start_); }                ///< of this run
  double seconds() const { return before_.seconds + run_seconds(); }  ///< of all
  double tokens_per_s(std::uint64_t tokens) const;                    ///< of this run; `tokens`: of all
  double mfu() const { return mfu_; }  ///< 0 to 1, of the last step; 0 where no peak was measured

 private:
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
  Before before_;
  Clock::time_point start_ = Clock::now(), step_start_ = start_;
  double mfu_ = 0;
};

}  // namespace udrl::train
