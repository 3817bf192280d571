// HTTP through libcurl's multi interface, in one thread. Not for: OpenAI's messages (http_messages.cpp).
#include "http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "http_retry.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long connect_timeout_s = 20;
constexpr long answer_timeout_s = 600;
constexpr int poll_ms = 100;
constexpr std::size_t shown_body = 300;

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

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(data, size * count);
  return size * count;
}

/// One job, over all its tries.
struct Transfer {
  explicit Transfer(HttpJob made) : job(std::move(made)), patience(job.id), easy(curl_easy_init()) {}

  HttpJob job;
  Patience patience;
  std::unique_ptr<CURL, EasyDeleter> easy;
  HttpReply reply;
  char why[CURL_ERROR_SIZE] = {};
  bool running = false;
  Clock::time_point not_before{};
};

class Run {
 public:
  Run(const std::string& url, const std::string& key, int slots)
      : url_(url), headers_(make_headers(key)), slots_(static_cast<std::size_t>(slots)), multi_(curl_multi_init()) {}
  ~Run() {
    for (const auto& transfer : transfers_) stop(*transfer);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void all(const HttpClient::Source& next, const HttpClient::Sink& done) {
    while (!stop_requested()) {
      take_jobs(next);
      if (transfers_.empty()) return;
      start_due();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (!collect(done)) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
    }
  }

 private:
  void take_jobs(const HttpClient::Source& next) {
    while (!exhausted_ && transfers_.size() < slots_) {
      std::optional<HttpJob> job = next();
      exhausted_ = !job;
      if (job) transfers_.push_back(std::make_unique<Transfer>(std::move(*job)));
    }
  }

  void start_due() {
    for (const auto& transfer : transfers_) {
      if (!transfer->running && Clock::now() >= transfer->not_before) start(*transfer);
    }
  }

  void start(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    transfer.reply = {};
    curl_easy_setopt(easy, CURLOPT_URL, (url_ + transfer.job.path).c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
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
  bool collect(const HttpClient::Sink& done) {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      const CURLcode code = message->data.result;
      stop(*transfer);  // `message` is gone with it
      ended(*transfer, code, done);
    }
    return any;
  }

  void ended(Transfer& transfer, CURLcode code, const HttpClient::Sink& done) {
    curl_off_t retry_after = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &transfer.reply.status);
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_TOTAL_TIME, &transfer.reply.seconds);
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &retry_after);
    if (code != CURLE_OK) transfer.reply.status = 0;
    const Outcome outcome = judge(transfer.reply.status);
    if (outcome == Outcome::forbidden) throw forbidden(transfer);
    if (outcome == Outcome::good || outcome == Outcome::rejected) return deliver(transfer, done);
    const auto wait = transfer.patience.next_wait(outcome, static_cast<double>(retry_after));
    if (!wait) throw given_up(transfer);
    transfer.not_before =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*wait));
  }

  void deliver(Transfer& transfer, const HttpClient::Sink& done) {
    const auto found =
        std::find_if(transfers_.begin(), transfers_.end(), [&](const auto& t) { return t.get() == &transfer; });
    const std::unique_ptr<Transfer> kept = std::move(*found);
    transfers_.erase(found);
    done(kept->job, kept->reply);
  }

  std::string what_came(const Transfer& transfer) const {
    if (transfer.reply.status == 0) return transfer.why;
    return "status " + std::to_string(transfer.reply.status) + ": " + transfer.reply.body.substr(0, shown_body);
  }

  Error forbidden(const Transfer& transfer) const {
    return user_error("the endpoint refuses requests")
        .at(url_ + transfer.job.path)
        .got(what_came(transfer))
        .hint("check url, http_model, and that api_key_env names a variable that holds a valid key");
  }

  Error given_up(const Transfer& transfer) const {
    return failure("the endpoint does not answer")
        .at(url_ + transfer.job.path)
        .got(what_came(transfer))
        .hint("run the same command again when it does: answers that came are kept");
  }

  std::string url_;
  Headers headers_;
  std::size_t slots_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  bool exhausted_ = false;
};

}  // namespace

HttpClient::HttpClient(std::string url, std::string key, int slots)
    : url_(std::move(url)), key_(std::move(key)), slots_(slots) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw failure("libcurl cannot be started").got(curl_easy_strerror(started));
}

void HttpClient::run(const Source& next, const Sink& done) const { Run(url_, key_, slots_).all(next, done); }

}  // namespace udrl::lm
