// Options of libcurl for a request, and what it says afterwards. Not for: retries.
#include "transfer.hpp"

#include <algorithm>

#include "redact.hpp"

namespace udrl::lm {
namespace {

constexpr long answer_timeout_s = 600;

/// Taking less than came ends the transfer.
std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* target) {
  std::string& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > longest_reply_mib << 20) return 0;
  body.append(data, size * count);
  return size * count;
}

/// Time does not mend these.
bool is_hopeless(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_SSL_CACERT_BADFILE;
}

}  // namespace

HttpHeaders::HttpHeaders(const std::string& key, bool is_json) {
  curl_slist* list = is_json ? curl_slist_append(nullptr, "Content-Type: application/json") : nullptr;
  if (!key.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + key).c_str());
  list_.reset(list);
}

Transfer::Transfer(HttpJob made) : job(std::move(made)), tries(job.id), easy_(curl_easy_init()) {}

void Transfer::prepare(const std::string& url, const HttpHeaders& headers) {
  CURL* easy = easy_.get();
  reply = {};
  why_[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_URL, (url + job.path).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.list());
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can undo
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(job.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, job.body.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why_);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, answer_timeout_s);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);  // one connection for all where the endpoint speaks HTTP/2
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
}

void Transfer::finish(CURLcode code, const std::string& key) {
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME, &reply.seconds);
  const bool is_too_long = code == CURLE_WRITE_ERROR;  // see keep_body
  if (is_too_long) {
    reply.body.resize(std::min<std::size_t>(reply.body.size(), 4096));
    reply.fault = "a reply of more than " + std::to_string(longest_reply_mib) + " MiB";
  } else if (code != CURLE_OK) {
    reply.status = 0;
    reply.body = why_[0] != '\0' ? why_ : curl_easy_strerror(code);
    reply.fault = "no answer";
  }
  reply.body = without_key(std::move(reply.body), key);
  outcome = is_hopeless(code)                                                       ? ReplyOutcome::forbidden
            : code == CURLE_OPERATION_TIMEDOUT && reply.seconds > connect_timeout_s ? ReplyOutcome::broken
                                                                                    : judge(reply.status);
}

double Transfer::retry_after_s() const {
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  return static_cast<double>(seconds);
}

std::string Transfer::redirected_to() const {
  const char* url = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &url);
  return url == nullptr ? "" : url;
}

Transfer& Transfer::of(CURL* handle) {
  Transfer* transfer = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer);
  return *transfer;
}

}  // namespace udrl::lm
