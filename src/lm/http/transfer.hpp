// One job on its way to an endpoint and back, over all its tries: libcurl's side of it. Not for: when it is sent
// (client.cpp).
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "job.hpp"
#include "pace.hpp"
#include "retry.hpp"
#include "usage_ledger.hpp"

namespace udrl::lm {

/// Of every call.
inline constexpr long connect_timeout_s = 20;
inline constexpr std::size_t longest_reply_mib = 16;  ///< unpacked

/// What all requests of a client carry.
class HttpHeaders {
 public:
  /// `key` becomes a bearer token unless it is empty.
  explicit HttpHeaders(const std::string& key, bool is_json = true);
  curl_slist* list() const { return list_.get(); }

 private:
  struct Deleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Deleter> list_;
};

class Transfer {
 public:
  explicit Transfer(HttpJob made);

  /// Sets up the next try, at an endpoint's address. Nothing is sent before the handle is given to libcurl.
  void prepare(const std::string& url, const HttpHeaders& headers);
  /// Reads how the try ended: `reply`, without the key, and `outcome`. The fault of a reply that came is the caller's.
  void finish(CURLcode code, const std::string& key);

  CURL* handle() const { return easy_.get(); }
  double retry_after_s() const;
  std::string redirected_to() const;
  /// The transfer that a handle belongs to.
  static Transfer& of(CURL* handle);

  HttpJob job;
  Tries tries;
  HttpReply reply;
  ReplyOutcome outcome = ReplyOutcome::good;
  Reserved reserved;
  std::size_t endpoint = 0;  ///< that has it
  bool is_running = false;
  bool is_amended = false;
  Pace::Time sent_at{}, not_before{};

 private:
  struct Deleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  std::unique_ptr<CURL, Deleter> easy_;
  char why_[CURL_ERROR_SIZE] = {};
};

}  // namespace udrl::lm
