// libcurl's easy interface. Not for: many requests at once.
#include "calls.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "redact.hpp"
#include "replies.hpp"
#include "transfer.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

constexpr long slowest_bytes_s = 1, patience_s = 120;  ///< for files, which may be long
constexpr const char* again_hint = "run the same command again: it goes on from there";

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Where a body goes: a text with a limit, or a file.
struct Target {
  std::string text;
  File file;

  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
    Target& target = *static_cast<Target*>(self);
    if (target.file) return std::fwrite(data, size, count, target.file.get()) * size;
    if (target.text.size() + size * count > longest_reply_mib << 20U) return 0;
    target.text.append(data, size * count);
    return size * count;
  }
};

Error with_words(const Error& error, const HttpReply& reply) {
  const std::string words = words_of(reply);
  const std::string status = reply.status == 0 ? "" : "status " + std::to_string(reply.status);
  return Error(error).got(status + (status.empty() || words.empty() ? "" : ": ") + words);
}

}  // namespace

struct HttpCalls::Call {
  std::string path;
  const std::string* json = nullptr;            ///< posted
  const std::filesystem::path* sent = nullptr;  ///< a file, posted with its purpose
  std::string purpose;
  const std::filesystem::path* kept = nullptr;  ///< where the body goes

  /// One try.
  HttpReply made(const HttpPlace& place) const;
};

HttpReply HttpCalls::Call::made(const HttpPlace& place) const {
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  const HttpHeaders headers(place.key, json != nullptr);
  const std::unique_ptr<curl_mime, void (*)(curl_mime*)> form(sent == nullptr ? nullptr : curl_mime_init(easy.get()),
                                                              curl_mime_free);
  Target target;
  if (kept != nullptr) target.file.reset(std::fopen(kept->c_str(), "wb"));
  if (kept != nullptr && !target.file) throw failure("a file cannot be written").at(kept->string());
  char why[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(easy.get(), CURLOPT_URL, (place.urls.front() + path).c_str());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.list());
  curl_easy_setopt(easy.get(), CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, Target::take);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &target);
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, why);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_LIMIT, slowest_bytes_s);
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_TIME, patience_s);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  if (json != nullptr) curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, json->c_str());
  if (form) {
    curl_mimepart* part = curl_mime_addpart(form.get());
    curl_mime_name(part, "purpose");
    curl_mime_data(part, purpose.c_str(), CURL_ZERO_TERMINATED);
    part = curl_mime_addpart(form.get());
    curl_mime_name(part, "file");
    curl_mime_filedata(part, sent->c_str());
    curl_easy_setopt(easy.get(), CURLOPT_MIMEPOST, form.get());
  }
  const CURLcode code = curl_easy_perform(easy.get());
  HttpReply reply;
  if (code == CURLE_OK) curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  reply.body = code == CURLE_OK ? std::move(target.text) : why[0] != '\0' ? why : curl_easy_strerror(code);
  reply.body = without_key(std::move(reply.body), place.key);
  return reply;
}

std::string HttpCalls::made(const Call& call) const {
  Tries tries(call.path);
  const auto give_up_at = Pace::Clock::now() + std::chrono::duration<double>(place_.pace.retry_for_s);
  while (true) {
    const HttpReply reply = call.made(place_);
    const ReplyOutcome outcome = judge(reply.status);
    if (outcome == ReplyOutcome::good) return reply.body;
    if (outcome == ReplyOutcome::rejected || outcome == ReplyOutcome::forbidden)
      throw with_words(user_error("the endpoint refuses a request").at(place_.urls.front() + call.path), reply)
          .hint(
              "check url and key, and that the endpoint has OpenAI's interface for batches (/files, /batches); set "
              "batches = false if it has none");
    const auto wait = tries.next_wait(outcome, place_.pace.longest_wait_s);
    if (!wait || Pace::Clock::now() > give_up_at)
      throw with_words(failure("the endpoint does not answer").at(place_.urls.front() + call.path), reply)
          .hint("run the same command again when it is back: what was submitted is collected then");
    sleep_unless_stopped(*wait, again_hint);
  }
}

std::string HttpCalls::get(const std::string& path) const {
  Call call;
  call.path = path;
  return made(call);
}

std::string HttpCalls::post(const std::string& path, const std::string& json) const {
  Call call;
  call.path = path;
  call.json = &json;
  return made(call);
}

std::string HttpCalls::upload(const std::filesystem::path& file, const std::string& purpose) const {
  Call call;
  call.path = "/files";
  call.sent = &file;
  call.purpose = purpose;
  return made(call);
}

void HttpCalls::download(const std::string& path, const std::filesystem::path& file) const {
  Call call;
  call.path = path;
  call.kept = &file;
  made(call);
}

void sleep_unless_stopped(double seconds, const std::string& hint) {
  constexpr double step_s = 0.1;
  for (double left = seconds; left > 0; left -= step_s) {
    if (stop_requested()) throw stopped_error("stopped while an endpoint was waited for", hint);
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, step_s)));
  }
}

}  // namespace udrl::lm
