// HTTP through libcurl's multi interface, in one thread. Not for: one request's options (transfer.cpp), when an
// endpoint may be asked (pace.cpp), OpenAI's messages (messages.cpp).
#include "client.hpp"

#include <algorithm>
#include <cmath>
#include <list>

#include "redact.hpp"
#include "replies.hpp"
#include "transfer.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

using Clock = Pace::Clock;

constexpr int longest_poll_ms = 100;
constexpr double worth_saying_s = 10;                      ///< a wait
constexpr std::chrono::seconds patience_when_stopped{30};  ///< with answers that are on their way, and may cost money

std::string what_came(const HttpReply& reply) {
  const std::string words = words_of(reply);
  return words.empty() || reply.fault.empty() ? reply.fault + words : reply.fault + ": " + words;
}

std::string seconds_text(double seconds) { return std::to_string(std::lround(seconds)) + " s"; }

Clock::duration ticks(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Says a long wait, once for all that wait at the same time; and at once that an endpoint is not there, which a user
/// may have to mend.
class Announcer {
 public:
  Announcer(Observer* observer, const PaceLimits& limits) : observer_(observer), limits_(limits) {}

  void waits(const Transfer& transfer, double wait_s) {
    const double asked_s = transfer.retry_after_s();
    const bool is_away = transfer.outcome == ReplyOutcome::away;
    const bool is_worth_it = wait_s >= worth_saying_s || asked_s > wait_s || is_away;
    if (observer_ == nullptr || !is_worth_it || Clock::now() < quiet_until_) return;
    quiet_until_ = Clock::now() + ticks(std::max(wait_s, is_away ? worth_saying_s : 0));
    std::string text = "the endpoint is not ready (" + what_came(transfer.reply) + "): waiting " +
                       (wait_s < 1 ? "a moment" : seconds_text(wait_s));
    if (asked_s > wait_s) text += ", though it asks for " + seconds_text(asked_s) + ": longest_wait is the limit";
    else if (is_away) text += ", and asking again for up to " + seconds_text(limits_.retry_for_s) + " (retry_for)";
    observer_->note(Level::warning, text);
  }

 private:
  Observer* observer_;
  const PaceLimits& limits_;
  Clock::time_point quiet_until_{};
};

/// Failures since the last answer, as long as they are of one kind.
class Streak {
 public:
  void answered() { length_ = 0; }
  /// True where it is long enough to say that all will fail.
  bool failed(const std::string& fault) {
    length_ = fault == fault_ ? length_ + 1 : 1;
    fault_ = fault;
    return length_ >= HttpClient::most_failures_in_a_row;
  }

 private:
  std::string fault_;
  int length_ = 0;
};

struct Endpoint {
  std::string url;
  Pace pace;
};

std::vector<Endpoint> endpoints_of(const HttpPlace& place) {
  std::vector<Endpoint> endpoints;
  for (const std::string& url : place.urls) endpoints.push_back({url, Pace(url, place.pace)});
  return endpoints;
}

/// What is spent and what is known already.
struct Books {
  UsageLedger& ledger;
  ResponseCache* cache;
};

class RequestQueue {
 public:
  RequestQueue(const HttpPlace& place, const HttpAsking& asking, const Books& books)
      : place_(place),
        asking_(asking),
        books_(books),
        headers_(place.key),
        multi_(curl_multi_init()),
        endpoints_(endpoints_of(place)),
        announcer_(place.observer, place.pace) {}
  ~RequestQueue() {
    for (auto& transfer : transfers_) detach(transfer);
  }
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  void all() {
    try {
      send_and_collect();
    } catch (...) {
      leave_all();
      throw;
    }
    if (!limit_.empty() && !stop_requested()) throw too_expensive();
  }

 private:
  using Transfers = std::list<Transfer>;

  void send_and_collect() {
    while (true) {
      if (stop_requested()) leave();
      else send_what_may();
      if (transfers_.empty()) return;
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (!collect()) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms(), nullptr);
    }
  }

  /// First those that were sent before.
  void send_what_may() {
    const auto now = Clock::now();
    for (Transfer& transfer : transfers_) {
      if (transfer.is_running || now < transfer.not_before) continue;
      Endpoint* endpoint = free_endpoint(now);
      if (endpoint == nullptr || !may_pay(transfer.job)) return;
      send(transfer, *endpoint);
    }
    while (Endpoint* endpoint = free_endpoint(now)) {
      std::optional<HttpJob> job = next_job();
      if (!job) return;
      transfers_.emplace_back(std::move(*job));
      if (!may_pay(transfers_.back().job)) return;
      send(transfers_.back(), *endpoint);
    }
  }

  /// Of those that may be asked, the one with the most room.
  Endpoint* free_endpoint(Pace::Time now) {
    Endpoint* best = nullptr;
    for (Endpoint& endpoint : endpoints_)
      if (endpoint.pace.may_send(now) && (best == nullptr || endpoint.pace.load() < best->pace.load()))
        best = &endpoint;
    return best;
  }

  /// The next one that the cache has no answer to. None as long as one waits for money.
  std::optional<HttpJob> next_job() {
    while (!is_exhausted_ && !is_short_of_money_) {
      std::optional<HttpJob> job = asking_.next();
      is_exhausted_ = !job;
      if (!job || !answer_from_cache(*job)) return job;
    }
    return std::nullopt;
  }

  bool answer_from_cache(const HttpJob& job) {
    if (books_.cache == nullptr) return false;
    std::optional<HttpReply> reply = books_.cache->find(ResponseCache::key_of(job));
    if (!reply) return false;
    reply->fault = asking_.fault_in(*reply);
    if (!reply->fault.empty()) return false;
    books_.ledger.was_cached();
    asking_.done(job, *reply);
    return true;
  }

  /// False where nothing may be sent now: what is in flight may turn out cheaper than it might have been, and where
  /// nothing is, all is over.
  bool may_pay(const HttpJob& job) {
    const std::string limit = books_.ledger.limit_reached(job);
    is_short_of_money_ = !limit.empty();
    if (limit.empty() || in_flight_ > 0) return limit.empty();
    limit_ = limit;
    is_exhausted_ = true;
    transfers_.clear();
    return false;
  }

  void send(Transfer& transfer, Endpoint& endpoint) {
    transfer.prepare(endpoint.url, headers_);
    transfer.endpoint = static_cast<std::size_t>(&endpoint - endpoints_.data());
    transfer.sent_at = Clock::now();
    transfer.reserved = books_.ledger.sent(transfer.job);
    curl_multi_add_handle(multi_.get(), transfer.handle());
    transfer.is_running = true;
    endpoint.pace.sent();
    ++in_flight_;
  }

  void detach(Transfer& transfer) {
    if (!transfer.is_running) return;
    curl_multi_remove_handle(multi_.get(), transfer.handle());
    transfer.is_running = false;
    --in_flight_;
  }

  /// After a stop request: only what is in flight is waited for, and not for long.
  void leave() {
    is_exhausted_ = true;
    transfers_.remove_if([](const Transfer& transfer) { return !transfer.is_running; });
    if (!leave_at_) {
      leave_at_ = Clock::now() + patience_when_stopped;
      if (place_.observer != nullptr && !transfers_.empty())
        place_.observer->note(Level::info, "stopping: waiting up to " + seconds_text(patience_when_stopped.count()) +
                                               " for the endpoint's answers that are on their way, " +
                                               std::to_string(transfers_.size()) + " of them");
    }
    if (Clock::now() >= *leave_at_) leave_all();
  }

  /// What is in flight may be answered yet, and charged for.
  void leave_all() {
    for (Transfer& transfer : transfers_) {
      if (!transfer.is_running) continue;
      detach(transfer);
      books_.ledger.ended(transfer.job, {}, transfer.reserved);
    }
    transfers_.clear();
  }

  /// True if a try ended.
  bool collect() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      Transfer& transfer = Transfer::of(message->easy_handle);
      const CURLcode code = message->data.result;
      detach(transfer);  // `message` is gone with it
      transfer.finish(code, place_.key);
      if (transfer.reply.fault.empty()) transfer.reply.fault = asking_.fault_in(transfer.reply);
      books_.ledger.ended(transfer.job, transfer.reply, transfer.reserved);
      ended(transfer);
    }
    return any;
  }

  void ended(Transfer& transfer) {
    Pace& pace = endpoints_[transfer.endpoint].pace;
    if (transfer.reply.fault.empty()) {
      any_answer_ = true;
      streak_.answered();
      pace.answered(Clock::now());
      if (books_.cache != nullptr) books_.cache->keep(ResponseCache::key_of(transfer.job), transfer.reply);
      return deliver(transfer);
    }
    ReplyOutcome& outcome = transfer.outcome;
    if (outcome == ReplyOutcome::good) outcome = ReplyOutcome::garbled;
    // A connection that is cut where others are answered is this request's own affair.
    if (outcome == ReplyOutcome::away && pace.answered_since(transfer.sent_at)) outcome = ReplyOutcome::broken;
    if (outcome == ReplyOutcome::forbidden && !any_answer_) throw forbidden(transfer);
    const bool is_final = outcome == ReplyOutcome::rejected || outcome == ReplyOutcome::forbidden;
    if (is_final) pace.refused();
    if (is_final ? amend(transfer) : wait(transfer, pace)) return;
    fail(transfer);
  }

  /// Whether it is worth asking once more, in another way.
  bool amend(Transfer& transfer) {
    if (transfer.is_amended || !asking_.amend(transfer.job, transfer.reply)) return false;
    return transfer.is_amended = true;
  }

  /// Whether it is worth asking again later.
  bool wait(Transfer& transfer, Pace& pace) {
    const auto now = Clock::now();
    const double pause_s = pause(transfer, pace, now);
    const bool is_busy = transfer.outcome == ReplyOutcome::busy;
    const auto own_s = transfer.tries.next_wait(transfer.outcome, place_.pace.longest_wait_s);
    if (!own_s) return false;
    if (is_busy || transfer.outcome == ReplyOutcome::away) {
      if (all_are_given_up(now)) throw given_up(transfer);
      announcer_.waits(transfer, pause_s);
    }
    // What one endpoint turns away another may take at once.
    const bool may_go_elsewhere = is_busy && endpoints_.size() > 1;
    transfer.not_before = now + ticks(may_go_elsewhere ? 0 : std::max(pause_s, *own_s));
    return true;
  }

  /// Tells the endpoint's pace; returns for how long nothing is sent there.
  static double pause(const Transfer& transfer, Pace& pace, Pace::Time now) {
    switch (transfer.outcome) {
      case ReplyOutcome::busy: return pace.turned_away(transfer.sent_at, now, transfer.retry_after_s());
      case ReplyOutcome::away:
      case ReplyOutcome::broken: return pace.failed(transfer.sent_at, now);
      default: pace.refused(); return 0;
    }
  }

  bool all_are_given_up(Pace::Time now) const {
    return std::all_of(endpoints_.begin(), endpoints_.end(),
                       [&](const Endpoint& endpoint) { return endpoint.pace.is_given_up(now); });
  }

  void fail(Transfer& transfer) {
    const bool all_will = streak_.failed(transfer.reply.fault);
    const Error error = systematic(transfer);
    deliver(transfer);
    if (all_will) throw error;
  }

  void deliver(Transfer& transfer) {
    Transfers kept;
    const auto found =
        std::find_if(transfers_.begin(), transfers_.end(), [&](const Transfer& t) { return &t == &transfer; });
    kept.splice(kept.begin(), transfers_, found);
    asking_.done(kept.front().job, kept.front().reply);
  }

  int poll_ms() const {
    const auto now = Clock::now();
    auto until = now + std::chrono::milliseconds(longest_poll_ms);
    const auto consider = [&](Pace::Time time) {
      if (time > now) until = std::min(until, time);
    };
    for (const Transfer& transfer : transfers_) consider(transfer.not_before);
    for (const Endpoint& endpoint : endpoints_) consider(endpoint.pace.opens());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now).count();
    return static_cast<int>(std::clamp<long>(left + 1, 1, longest_poll_ms));
  }

  std::string address(const Transfer& transfer) const { return endpoints_[transfer.endpoint].url + transfer.job.path; }

  Error forbidden(const Transfer& transfer) const {
    const Error error = user_error("the endpoint refuses requests").at(address(transfer));
    const std::string target = redacted(transfer.redirected_to(), place_.key);
    if (target.empty())
      return Error(error)
          .got(what_came(transfer.reply))
          .hint("check url, http_model, and that api_key_env names a variable that holds a valid key");
    const std::size_t base = target.ends_with(transfer.job.path) ? target.size() - transfer.job.path.size() : 0;
    return Error(error)
        .got(transfer.reply.fault + ", which leads to " + target)
        .hint("redirections are not followed, as the key would travel" +
              (base == 0 ? "; set url to the place that is meant" : ": set url = \"" + target.substr(0, base) + "\""));
  }

  Error given_up(const Transfer& transfer) const {
    return failure("the endpoint does not answer")
        .at(address(transfer))
        .got(what_came(transfer.reply) + ", for " + seconds_text(place_.pace.retry_for_s))
        .hint(
            "run the same command again when it is back: answers received so far are kept; retry_for is how long it "
            "is asked again");
  }

  Error systematic(const Transfer& transfer) const {
    return failure("the endpoint fails every request")
        .at(address(transfer))
        .got(what_came(transfer.reply) + " (" + std::to_string(HttpClient::most_failures_in_a_row) + " times in a row)")
        .hint("fix the reported cause, then run the same command again: answers received so far are kept");
  }

  Error too_expensive() const {
    return stopped_error("the endpoint's limit is reached, " + limit_,
                         "raise it and run the same command again: answers received so far are kept");
  }

  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  const HttpPlace& place_;
  const HttpAsking& asking_;
  Books books_;
  HttpHeaders headers_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::vector<Endpoint> endpoints_;
  Transfers transfers_;  ///< in flight, or to be sent again; after multi_, whose handles they are
  Announcer announcer_;
  Streak streak_;
  int in_flight_ = 0;
  bool is_short_of_money_ = false;
  bool any_answer_ = false;
  bool is_exhausted_ = false;
  std::string limit_;                          ///< that was reached
  std::optional<Clock::time_point> leave_at_;  // after a stop request
};

}  // namespace

HttpClient::HttpClient(const HttpPlace& place, UsageLedger& ledger, ResponseCache* cache)
    : place_(place), ledger_(ledger), cache_(cache) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw failure("libcurl cannot be started").got(curl_easy_strerror(started));
}

void HttpClient::run(const HttpAsking& asking) const { RequestQueue(place_, asking, {ledger_, cache_}).all(); }

}  // namespace udrl::lm
