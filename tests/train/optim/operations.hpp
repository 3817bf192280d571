// Where a step's time goes: LibTorch's operations with their own times, those within them taken off. For: benches.
#pragma once

#include <ATen/record_function.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace udrl::train::testing {

/// Counts while it lives, the operations that this thread starts, also those that autograd runs for it on a thread of
/// the GPU's while this one waits; one at a time. On a GPU, only CUDA_LAUNCH_BLOCKING=1 makes its operations' times
/// their own.
class OperationTimes {
 public:
  struct Entry {
    int calls = 0;
    double seconds = 0;
  };

  OperationTimes() {
    current() = this;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(&begin, &end));
  }
  ~OperationTimes() {
    at::removeCallback(handle_);
    current() = nullptr;
  }
  OperationTimes(const OperationTimes&) = delete;
  OperationTimes& operator=(const OperationTimes&) = delete;
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Frame {
    std::string name;
    Clock::time_point start;
    double within = 0;  ///< seconds of the operations that it called
  };

  static OperationTimes*& current() {
    static OperationTimes* times = nullptr;
    return times;
  }
  static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
    current()->frames_.push_back({function.name(), Clock::now()});
    return nullptr;
  }
  static void end(const at::RecordFunction&, at::ObserverContext*) {
    OperationTimes& times = *current();
    const Frame frame = times.frames_.back();
    times.frames_.pop_back();
    const double seconds = std::chrono::duration<double>(Clock::now() - frame.start).count();
    Entry& entry = times.entries_[frame.name];
    ++entry.calls;
    entry.seconds += seconds - frame.within;
    if (!times.frames_.empty()) times.frames_.back().within += seconds;
  }

  at::CallbackHandle handle_;
  std::vector<Frame> frames_;
  std::map<std::string, Entry> entries_;
};

}  // namespace udrl::train::testing
