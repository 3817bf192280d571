// The pace of one endpoint. Not for: sending (client.cpp).
#include "pace.hpp"

#include <algorithm>
#include <cmath>

namespace udrl::lm {
namespace {

constexpr double first_window = 8;
constexpr double shortest_pause_s = 0.5, longest_doubled_s = 60;

Pace::Clock::duration ticks(double seconds) {
  return std::chrono::duration_cast<Pace::Clock::duration>(std::chrono::duration<double>(seconds));
}

double seconds(Pace::Clock::duration ticks) { return std::chrono::duration<double>(ticks).count(); }

}  // namespace

Pace::Pace(const std::string& id, PaceLimits limits)
    : limits_(limits), jitter_(0, id), window_(std::min<double>(limits.most, first_window)) {}

bool Pace::may_send(Time now) const {
  return now >= opens_ && in_flight_ < (is_probing_ ? 1 : std::max(1, static_cast<int>(window_)));
}

void Pace::answered(Time now) {
  --in_flight_;
  failures_ = pauses_ = 0;
  is_probing_ = false;
  silent_since_.reset();
  last_answer_ = now;
  window_ = std::min<double>(limits_.most, window_ + (is_finding_ ? 1 : 1 / window_));
}

double Pace::turned_away(Time sent_at, Time now, double retry_after_s) {
  --in_flight_;
  note_silence(now);
  const bool answers_others = answered_since(sent_at);
  if (begins_cut(sent_at, now)) {
    is_finding_ = false;
    window_ = std::max(1.0, window_ / 2);
    if (!answers_others) pause(now, doubled_s());
    pauses_ += answers_others ? 0 : 1;
  }
  if (retry_after_s > 0 && !answers_others) pause(now, retry_after_s);
  return std::max({0.0, seconds(opens_ - now), std::min(retry_after_s, limits_.longest_wait_s)});
}

double Pace::failed(Time sent_at, Time now) {
  --in_flight_;
  note_silence(now);
  if (++failures_ < failures_that_pause && !is_probing_) return 0;
  if (begins_cut(sent_at, now)) {
    is_probing_ = true;
    pause(now, doubled_s());
    ++pauses_;
  }
  return std::max(0.0, seconds(opens_ - now));
}

bool Pace::is_given_up(Time now) const { return silent_since_ && seconds(now - *silent_since_) > limits_.retry_for_s; }

void Pace::note_silence(Time now) {
  if (!silent_since_) silent_since_ = now;
}

bool Pace::begins_cut(Time sent_at, Time now) {
  if (sent_at < last_cut_) return false;
  last_cut_ = now;
  return true;
}

/// With jitter, as all who were turned away would come back at once; never longer than the longest wait.
void Pace::pause(Time now, double wait_s) {
  const double some = 0.25 * jitter_.uniform();
  const double longest = limits_.longest_wait_s;
  const double wait = wait_s * (1 + some) <= longest ? wait_s * (1 + some) : std::min(wait_s, longest) * (1 - some / 2);
  opens_ = std::max(opens_, now + ticks(wait));
}

double Pace::doubled_s() const {
  return std::min(longest_doubled_s, shortest_pause_s * std::pow(2.0, std::min(pauses_, 16)));
}

}  // namespace udrl::lm
