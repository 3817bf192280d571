// Which type-ahead request of each client is the latest.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace udrl::serve {

class Sessions {
 public:
  /// Of a request; copies are of the same one.
  class Mark {
   public:
    bool is_superseded() const { return *is_superseded_; }

   private:
    friend Sessions;
    std::uint64_t number_ = 0;
    std::shared_ptr<std::atomic<bool>> is_superseded_ = std::make_shared<std::atomic<bool>>(false);
  };

  /// Of a request that comes now: behind all that had theirs before.
  Mark new_mark() {
    Mark mark;
    mark.number_ = ++last_;
    return mark;
  }

  /// Of this one and the client's latest the older is superseded: requests may take different times to begin. A client
  /// "" has none.
  void begin(const std::string& client, const Mark& mark) {
    if (client.empty()) return;
    const std::scoped_lock lock(mutex_);
    const auto [latest, is_first] = latest_.try_emplace(client, mark);
    if (is_first) return;
    Mark& other = latest->second;
    *(other.number_ < mark.number_ ? other : mark).is_superseded_ = true;
    if (other.number_ < mark.number_) other = mark;
  }

  /// Forgets it where it is the latest still.
  void end(const std::string& client, const Mark& mark) {
    const std::scoped_lock lock(mutex_);
    const auto found = latest_.find(client);
    if (found != latest_.end() && found->second.number_ == mark.number_) latest_.erase(found);
  }

 private:
  std::atomic<std::uint64_t> last_ = 0;
  std::mutex mutex_;
  std::map<std::string, Mark> latest_;
};

}  // namespace udrl::serve
