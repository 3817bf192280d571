// Which type-ahead request of each client is the latest.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace udrl::serve {

class Sessions {
 public:
  using Mark = std::shared_ptr<std::atomic<bool>>;  ///< true: superseded

  static Mark new_mark() { return std::make_shared<std::atomic<bool>>(false); }

  /// `mark` is the client's latest, and the one before it superseded. A client "" has none.
  void begin(const std::string& client, const Mark& mark) {
    if (client.empty()) return;
    const std::scoped_lock lock(mutex_);
    Mark& latest = latest_[client];
    if (latest) *latest = true;
    latest = mark;
  }

  /// Forgets it where it is the latest still.
  void end(const std::string& client, const Mark& mark) {
    const std::scoped_lock lock(mutex_);
    const auto found = latest_.find(client);
    if (found != latest_.end() && found->second == mark) latest_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Mark> latest_;
};

}  // namespace udrl::serve
