// HTTP through libcurl's multi interface, in one thread. Not for: OpenAI's messages (messages.cpp).
#include "client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "redact.hpp"
#include "replies.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::lm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long connect_timeout_s = 20;
constexpr long answer_timeout_s = 600;
constexpr int poll_ms = 100;
constexpr double worth_saying_s = 10;                      ///< a wait
constexpr std::chrono::seconds patience_when_stopped{30};  ///< with answers that are on their way, and may cost money
constexpr std::size_t longest_reply_mib = 16;              ///< unpacked

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

Headers make_headers(const std::string& key) {
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!key.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + key).c_str());
  return Headers(list);
}

/// Taking less than came ends the transfer.
std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* target) {
  std::string& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > longest_reply_mib << 20) return 0;
  body.append(data, size * count);
  return size * count;
}

/// One job, over all its tries.
struct Transfer {
  Transfer(HttpJob made, double longest_wait_s)
      : job(std::move(made)), patience(job.id, longest_wait_s), easy(curl_easy_init()) {}

  HttpJob job;
  Patience patience;
  std::unique_ptr<CURL, EasyDeleter> easy;
  HttpReply reply;
  char why[CURL_ERROR_SIZE] = {};
  bool running = false;
  bool amended = false;
  Clock::time_point not_before{};

  double retry_after_s() const {
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &seconds);
    return static_cast<double>(seconds);
  }
  std::string redirected_to() const {
    const char* url = nullptr;
    curl_easy_getinfo(easy.get(), CURLINFO_REDIRECT_URL, &url);
    return url == nullptr ? "" : url;
  }
};

std::string what_came(const HttpReply& reply) {
  const std::string words = words_of(reply);
  return words.empty() || reply.fault.empty() ? reply.fault + words : reply.fault + ": " + words;
}

std::string seconds_text(double seconds) { return std::to_string(std::lround(seconds)) + " s"; }

/// Says a long wait, once for all that wait at the same time.
class Announcer {
 public:
  explicit Announcer(Observer* observer) : observer_(observer) {}

  void waits(const HttpReply& reply, double asked_s, double wait_s) {
    const bool is_worth_it = wait_s >= worth_saying_s || asked_s > wait_s;
    if (observer_ == nullptr || !is_worth_it || Clock::now() < quiet_until_) return;
    quiet_until_ = Clock::now() + std::chrono::seconds(std::lround(wait_s));
    std::string text = "the endpoint is not ready (" + what_came(reply) + "): waiting " + seconds_text(wait_s);
    if (asked_s > wait_s) text += ", though it asks for " + seconds_text(asked_s) + ": longest_wait is the limit";
    observer_->note(Level::warning, text);
  }

 private:
  Observer* observer_;
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

class RequestQueue {
 public:
  RequestQueue(const HttpPlace& place, const HttpAsking& asking)
      : place_(place),
        asking_(asking),
        headers_(make_headers(place.key)),
        slots_(static_cast<std::size_t>(place.slots)),
        multi_(curl_multi_init()),
        announcer_(place.observer) {}
  ~RequestQueue() {
    for (const auto& transfer : transfers_) stop(*transfer);
  }
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  void all() {
    while (true) {
      if (stop_requested()) leave();
      else take_jobs();
      if (transfers_.empty()) return;
      if (!stop_requested()) start_due();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (!collect()) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
    }
  }

 private:
  void take_jobs() {
    while (!exhausted_ && transfers_.size() < slots_) {
      std::optional<HttpJob> job = asking_.next();
      exhausted_ = !job;
      if (job) transfers_.push_back(std::make_unique<Transfer>(std::move(*job), place_.longest_wait_s));
    }
  }

  /// After a stop request: only what is in flight is waited for, and not for long.
  void leave() {
    exhausted_ = true;
    std::erase_if(transfers_, [](const auto& transfer) { return !transfer->running; });
    if (!leave_at_) {
      leave_at_ = Clock::now() + patience_when_stopped;
      if (place_.observer != nullptr && !transfers_.empty())
        place_.observer->note(Level::info, "stopping: waiting up to " + seconds_text(patience_when_stopped.count()) +
                                               " for the endpoint's answers that are on their way, " +
                                               std::to_string(transfers_.size()) + " of them");
    }
    if (Clock::now() < *leave_at_) return;
    for (const auto& transfer : transfers_) stop(*transfer);
    transfers_.clear();
  }

  void start_due() {
    for (const auto& transfer : transfers_) {
      if (!transfer->running && Clock::now() >= transfer->not_before) start(*transfer);
    }
  }

  void start(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    transfer.reply = {};
    curl_easy_setopt(easy, CURLOPT_URL, (place_.url + transfer.job.path).c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can undo
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(transfer.job.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.job.body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer.reply.body);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.why);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, answer_timeout_s);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_multi_add_handle(multi_.get(), easy);
    transfer.running = true;
  }

  void stop(Transfer& transfer) {
    if (transfer.running) curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    transfer.running = false;
  }

  /// True if a try ended.
  bool collect() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      const CURLcode code = message->data.result;
      stop(*transfer);  // `message` is gone with it
      read_reply(*transfer, code);
      ended(*transfer);
    }
    return any;
  }

  void read_reply(Transfer& transfer, CURLcode code) const {
    HttpReply& reply = transfer.reply;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_TOTAL_TIME, &reply.seconds);
    if (code == CURLE_WRITE_ERROR) {  // see keep_body
      reply.body.resize(std::min<std::size_t>(reply.body.size(), 4096));
      reply.fault = "a reply of more than " + std::to_string(longest_reply_mib) + " MiB";
    } else if (code != CURLE_OK) {
      reply.status = 0;
      reply.body = transfer.why[0] != '\0' ? transfer.why : curl_easy_strerror(code);
    }
    reply.body = without_key(std::move(reply.body));
    if (reply.fault.empty()) reply.fault = reply.status == 0 ? "no answer" : asking_.fault_in(reply);
  }

  /// JSON may spell a key in other characters ("\/", "\u002d"): such a body is written anew without it.
  std::string without_key(std::string body) const {
    body = redacted(std::move(body), place_.key);
    if (place_.key.size() < shortest_secret || body.find('\\') == std::string::npos) return body;
    const data::Json json = data::json_or_discarded(body);
    if (json.is_discarded()) return body;
    std::string plain = data::json_line(json);
    return plain.find(place_.key) == std::string::npos ? body : redacted(std::move(plain), place_.key);
  }

  void ended(Transfer& transfer) {
    if (transfer.reply.fault.empty()) {
      any_answer_ = true;
      streak_.answered();
      return deliver(transfer);
    }
    ReplyOutcome outcome = judge(transfer.reply.status);
    if (outcome == ReplyOutcome::good) outcome = ReplyOutcome::garbled;
    if (outcome == ReplyOutcome::forbidden && !any_answer_) throw forbidden(transfer);
    const bool is_final = outcome == ReplyOutcome::rejected || outcome == ReplyOutcome::forbidden;
    if (is_final ? amend(transfer) : wait(transfer, outcome)) return;
    const bool is_away = transfer.reply.status == 0 || outcome == ReplyOutcome::busy;
    if (is_away && !any_answer_) throw given_up(transfer);
    fail(transfer);
  }

  /// Whether it is worth asking once more, in another way.
  bool amend(Transfer& transfer) {
    if (transfer.amended || !asking_.amend(transfer.job, transfer.reply)) return false;
    transfer.amended = true;
    return true;
  }

  /// Whether it is worth asking again later.
  bool wait(Transfer& transfer, ReplyOutcome outcome) {
    const double asked = transfer.retry_after_s();
    const auto wait = transfer.patience.next_wait(outcome, asked);
    if (!wait) return false;
    announcer_.waits(transfer.reply, asked, *wait);
    transfer.not_before =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*wait));
    return true;
  }

  void fail(Transfer& transfer) {
    const bool all_will = streak_.failed(transfer.reply.fault);
    const Error error = systematic(transfer);
    deliver(transfer);
    if (all_will) throw error;
  }

  void deliver(Transfer& transfer) {
    const auto found =
        std::find_if(transfers_.begin(), transfers_.end(), [&](const auto& t) { return t.get() == &transfer; });
    const std::unique_ptr<Transfer> kept = std::move(*found);
    transfers_.erase(found);
    asking_.done(kept->job, kept->reply);
  }

  Error forbidden(const Transfer& transfer) const {
    const Error error = user_error("the endpoint refuses requests").at(place_.url + transfer.job.path);
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
        .at(place_.url + transfer.job.path)
        .got(what_came(transfer.reply))
        .hint("run the same command again when it is back: answers received so far are kept");
  }

  Error systematic(const Transfer& transfer) const {
    return failure("the endpoint fails every request")
        .at(place_.url + transfer.job.path)
        .got(what_came(transfer.reply) + " (" + std::to_string(HttpClient::most_failures_in_a_row) + " times in a row)")
        .hint("fix the reported cause, then run the same command again: answers received so far are kept");
  }

  const HttpPlace& place_;
  const HttpAsking& asking_;
  Headers headers_;
  std::size_t slots_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  Announcer announcer_;
  Streak streak_;
  bool any_answer_ = false;
  bool exhausted_ = false;
  std::optional<Clock::time_point> leave_at_;  // after a stop request
};

}  // namespace

HttpClient::HttpClient(HttpPlace place) : place_(std::move(place)) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw failure("libcurl cannot be started").got(curl_easy_strerror(started));
}

void HttpClient::run(const HttpAsking& asking) const { RequestQueue(place_, asking).all(); }

}  // namespace udrl::lm
