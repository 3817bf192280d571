// The threads that compute, for a while. Not for: options.
#pragma once

#include "udrl/base/process.hpp"

namespace udrl::eval {

/// Sets them, and sets them back.
class ComputeThreads {
 public:
  explicit ComputeThreads(int threads) : before_(compute_threads()) { set_compute_threads(threads); }
  ~ComputeThreads() { set_compute_threads(before_); }
  ComputeThreads(const ComputeThreads&) = delete;
  ComputeThreads& operator=(const ComputeThreads&) = delete;

 private:
  int before_;
};

}  // namespace udrl::eval
