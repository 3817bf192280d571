// What is done with a request: the routes, the limits on what is asked, and whose turn a fault is. Not for: sockets
// (server.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "batches.hpp"
#include "books.hpp"
#include "clock.hpp"
#include "options.hpp"
#include "replies.hpp"
#include "requests.hpp"

namespace udrl::stub {

/// Tokens that come back at a rate; so many at once as come in a second.
class Bucket {
 public:
  /// 0: any number.
  explicit Bucket(double rate);
  bool take();

 private:
  double rate_, left_;
  Clock::time_point filled_ = Clock::now();
};

class Endpoint {
 public:
  explicit Endpoint(const Options& options);

  Books& books() { return books_; }
  Reply respond(const Incoming& request);
  void tick(Clock::time_point now);

 private:
  Reply show(std::string_view path) const;
  Reply complete(const Incoming& request, bool is_chat);
  Reply refused(bool with_time);

  const Options& options_;
  Books books_;
  Batches batches_;
  Bucket bucket_;
  std::uint64_t last_id_ = 0;
};

}  // namespace udrl::stub
