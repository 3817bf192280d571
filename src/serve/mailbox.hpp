// What one thread tells another, in order.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace udrl::serve {

template <class T>
class Mailbox {
 public:
  void put(T letter) {
    {
      const std::scoped_lock lock(mutex_);
      letters_.push_back(std::move(letter));
    }
    came_.notify_one();
  }

  /// The next; nothing where none came in time.
  std::optional<T> take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, patience, [this] { return !letters_.empty(); })) return std::nullopt;
    T letter = std::move(letters_.front());
    letters_.pop_front();
    return letter;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<T> letters_;
};

}  // namespace udrl::serve
