// Server-sent events of requests whose answers are shown while they are written. Not for: whole replies (routes.cpp).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "openai.hpp"
#include "service.hpp"
#include "wishes.hpp"

namespace udrl::serve {

/// "data: TEXT\n\n"
std::string event(const std::string& text);

/// Events that come as answers are written. Dropping it lets unfinished answers end early.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// The next events, as they are sent; a comment where none came for a while, so that a client that has left is
  /// noticed; "" at the end.
  virtual std::string next() = 0;
};

/// Throws `Error` (user) for a wish that cannot be granted. Null where too much waits.
std::unique_ptr<EventStream> completion_stream(Service& service, const Wish& wish, Form form, const CountAnswer& count);

/// Which request of each client is the latest.
class Sessions {
 public:
  using Mark = std::shared_ptr<std::atomic<bool>>;  ///< true: superseded

  /// The client's request before is superseded. The mark of "" never is.
  Mark begin(const std::string& client);
  /// Forgets it where it is the latest still.
  void end(const std::string& client, const Mark& mark);

 private:
  std::mutex mutex_;
  std::map<std::string, Mark> latest_;
};

/// {"task": …, "text": all so far, "done": false} … {"task": …, "text": …, "done": true, "words": …}, or {"task": …,
/// "error": …} where a task cannot be asked so; {"superseded": true} where a later request came. `sessions` must
/// outlive it. Null where too much waits.
std::unique_ptr<EventStream> type_ahead_stream(Service& service, const TypeAhead& wish, Sessions& sessions,
                                               const CountAnswer& count);

}  // namespace udrl::serve
