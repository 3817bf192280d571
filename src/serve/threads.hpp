// A thread a connection, up to a limit. A pool of few threads would let slow clients hold up all others. For
// server.cpp only.
#pragma once

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace udrl::serve {

class Connections final : public httplib::TaskQueue {
 public:
  Connections(std::size_t most, std::atomic<std::size_t>& open) : most_(most), open_(open) {}

  /// Waits where there are too many: the system keeps further connections until one ends.
  void enqueue(std::function<void()> serve) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ < most_; });
    ++open_;
    std::thread([this, serve = std::move(serve)] {
      serve();
      const std::scoped_lock ended(mutex_);
      --open_;
      changed_.notify_all();
    }).detach();
  }
  void shutdown() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  const std::size_t most_;
  std::atomic<std::size_t>& open_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace udrl::serve
