// Server-sent events of requests whose answers are shown while they are written. Not for: whole replies (routes.cpp).
#pragma once

#include <memory>
#include <string>

#include "desk/service.hpp"
#include "replies/openai.hpp"
#include "replies/sessions.hpp"
#include "wishes/wishes.hpp"

namespace udrl::serve {

/// A comment, for when there is nothing to tell.
inline constexpr const char* keep_alive = ": \n\n";
/// "data: TEXT\n\n"
std::string event(const std::string& text);

/// Events that come as answers are written. Dropping it lets unfinished answers end early.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// To be called once, first.
  virtual Taken order() = 0;
  /// The next events, as they are sent: a comment where none came for a while, so that a client that has left is
  /// noticed.
  virtual std::string next() = 0;
  /// Whether `next` gave the last ones.
  virtual bool is_over() const = 0;
};

/// Throws `Error` (user) for a wish that cannot be granted.
std::unique_ptr<EventStream> completion_stream(Service& service, const Wish& wish, Form form, const CountAnswer& count);

/// {"task": …, "text": all so far, "done": false} … {"task": …, "text": …, "done": true, "words": …}, of the best of
/// several drafts the latter alone, with "best_of"; or {"task": …,
/// "error": …} where a task cannot be asked so; {"superseded": true} where a later request came. `sessions` must
/// outlive it.
std::unique_ptr<EventStream> type_ahead_stream(Service& service, const TypeAhead& wish, Sessions& sessions,
                                               const CountAnswer& count);

}  // namespace udrl::serve
