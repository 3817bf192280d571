// The file that --log names: what was asked and what was answered, a line each. Not for: counting (books.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "answers.hpp"
#include "clock.hpp"

namespace udrl::stub {

inline constexpr milliseconds log_every{100};

/// Written in large pieces, never later than `log_every`.
class Log {
 public:
  /// "" writes nothing.
  explicit Log(const std::string& file);
  ~Log() { flush(); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void asked(std::uint64_t hash);
  void answered(const Bill& bill);
  void flush_if_due(Clock::time_point now);

 private:
  void add(const std::string& line);
  void flush();

  int fd_ = -1;
  std::string waiting_;
  Clock::time_point flushed_ = Clock::now();
};

}  // namespace udrl::stub
