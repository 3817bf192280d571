// libcurl's easy interface. Not for: many requests at once.
#include "calls.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>

#include "redact.hpp"
#include "replies.hpp"
#include "transfer.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

constexpr long slowest_bytes_s = 1000, patience_s = 120;  ///< for files, which may be long
constexpr const char* again_hint = "run the same command again: it goes on from there";

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Where a body goes, unpacked: a text, or a file.
struct Target {
  std::string text;
  File file;
  std::uint64_t bytes_left;
  bool is_full = false;
  int error_number = 0;  ///< of the file

  /// Taking less than came ends the transfer.
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
    Target& target = *static_cast<Target*>(self);
    const std::size_t bytes = size * count;
    target.is_full = bytes > target.bytes_left;
    if (target.is_full) return 0;
    target.bytes_left -= bytes;
    return target.put(data, bytes);
  }

 private:
  std::size_t put(const char* data, std::size_t bytes) {
    if (!file) return text.append(data, bytes), bytes;
    errno = 0;
    const std::size_t written = std::fwrite(data, 1, bytes, file.get());
    if (written < bytes) error_number = errno;
    return written;
  }
};

/// Called about once a second. Anything but 0 ends the transfer.
int is_stopped(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return stop_requested() ? 1 : 0; }

/// Every byte is on its way to the disk when it is taken: what fails there is not found when the file is closed.
File opened(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) throw file_error("cannot write the file", path, errno);
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  return file;
}

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
  BodyLimit limit{longest_reply_mib << 20U, endpoint_hint};

  /// One try. Throws `Error` where its reply cannot be taken, for another try would not mend that, and on a stop
  /// request, unless something is posted.
  HttpReply made(const HttpPlace& place) const;
  void check_taken(const Target& target, const HttpPlace& place) const;
};

void HttpCalls::Call::check_taken(const Target& target, const HttpPlace& place) const {
  if (target.error_number != 0) throw file_error("cannot write the file", *kept, target.error_number);
  if (target.is_full)
    throw failure("the endpoint's reply is too long")
        .at(place.urls.front() + path)
        .expected("at most " + std::to_string(limit.most_bytes) + " bytes")
        .got("more")
        .hint(limit.cure);
}

HttpReply HttpCalls::Call::made(const HttpPlace& place) const {
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  const HttpHeaders headers(place.key, json != nullptr);
  const std::unique_ptr<curl_mime, void (*)(curl_mime*)> form(sent == nullptr ? nullptr : curl_mime_init(easy.get()),
                                                              curl_mime_free);
  Target target{{}, kept != nullptr ? opened(*kept) : nullptr, limit.most_bytes};
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
  if (json != nullptr) {  // waited for after a stop request too: a batch whose id is lost would be paid for twice
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, json->c_str());
  } else {
    curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, is_stopped);
    curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
  }
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
  check_taken(target, place);
  if (code == CURLE_ABORTED_BY_CALLBACK) throw stopped_error("stopped while an endpoint was asked", again_hint);
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

void HttpCalls::download(const std::string& path, const std::filesystem::path& file, const BodyLimit& limit) const {
  Call call;
  call.path = path;
  call.kept = &file;
  call.limit = limit;
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
