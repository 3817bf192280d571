// How many requests an endpoint is asked at once, and when none: it finds its own level, rests when it is turned away,
// and is tried with single requests after it was away. A clock's readings come from outside. Not for: one request's
// fate (retry.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "udrl/base/random.hpp"

namespace udrl::lm {

/// What may be asked of an endpoint.
struct PaceLimits {
  int most = 1;                 ///< requests at once
  double longest_wait_s = 300;  ///< whatever the endpoint asks for (Retry-After)
  double retry_for_s = 300;     ///< without one answer between; then it is given up
};

/// Additive increase and multiplicative decrease, as TCP does it (Jacobson, 1988): twice as many a round until the
/// endpoint first turns requests away, then one more a round; half as many after each round in which it does. A circuit
/// breaker: after some failures in a row nothing is sent for a while, then one request at a time until one is answered.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  /// Failures in a row that open the breaker.
  static constexpr int failures_that_pause = 5;

  /// `id` is for the jitter of the waits.
  Pace(const std::string& id, PaceLimits limits);

  /// Whether one more request may be sent.
  bool may_send(Time now) const;
  void sent() { ++in_flight_; }

  // How a request ended that was sent at `sent_at`.
  void answered(Time now);
  /// 429, 503, 529. `retry_after_s`: what the endpoint asks for; 0: nothing. Where it has answered others meanwhile, it
  /// is this request's to wait, and no pause. Returns the seconds until this request is sent again.
  double turned_away(Time sent_at, Time now, double retry_after_s);
  /// No connection, a cut one, 502: returns the seconds until it is asked again, 0 unless the breaker is open.
  double failed(Time sent_at, Time now);
  /// An answer to this request alone, such as a refusal.
  void refused() { --in_flight_; }

  /// Requests in flight, of those that are allowed.
  double load() const { return in_flight_ / window_; }
  double window() const { return window_; }
  /// Since when it has answered nothing, in spite of being asked; nothing while it answers.
  std::optional<Time> silent_since() const { return silent_since_; }
  bool answered_since(Time time) const { return last_answer_ && *last_answer_ > time; }
  bool is_given_up(Time now) const;
  /// When something may be sent again; long ago where that is now.
  Time opens() const { return opens_; }

 private:
  void note_silence(Time now);
  /// True for the first request of a round that says so: those sent before the last cut say nothing new.
  bool begins_cut(Time sent_at, Time now);
  void pause(Time now, double wait_s);
  double doubled_s() const;

  PaceLimits limits_;
  RandomStream jitter_;
  double window_;
  bool is_finding_ = true;   ///< no request was turned away so far
  bool is_probing_ = false;  ///< one at a time, until one is answered
  int in_flight_ = 0;
  int failures_ = 0;  ///< in a row
  int pauses_ = 0;    ///< since the last answer
  Time opens_{};
  Time last_cut_{};
  std::optional<Time> silent_since_, last_answer_;
};

}  // namespace udrl::lm
