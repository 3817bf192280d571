// A descriptor rather than a stream: what is written is whole lines, and a fault is seen.
#include "log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "chance.hpp"
#include "options.hpp"

namespace udrl::stub {
namespace {

constexpr std::size_t large = 64UL << 10U;

}  // namespace

Log::Log(const std::string& file) {
  if (file.empty()) return;
  fd_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) refuse("cannot write " + file + ": " + std::strerror(errno));
}

void Log::asked(std::uint64_t hash) { add("asked " + hex(hash) + "\n"); }

void Log::answered(const Bill& bill) {
  add("answered " + hex(bill.hash) + " " + std::to_string(bill.prompt_tokens) + " " +
      std::to_string(bill.generated_tokens) + "\n");
}

void Log::flush_if_due(Clock::time_point now) {
  if (now - flushed_ >= log_every) flush();
}

void Log::add(const std::string& line) {
  if (fd_ < 0) return;
  waiting_ += line;
  if (waiting_.size() >= large) flush();
}

void Log::flush() {
  flushed_ = Clock::now();
  for (std::size_t at = 0; fd_ >= 0 && at < waiting_.size();) {
    const ssize_t n = ::write(fd_, waiting_.data() + at, waiting_.size() - at);
    if (n < 0 && errno != EINTR) refuse(std::string("the log cannot be written: ") + std::strerror(errno));
    at += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  waiting_.clear();
}

}  // namespace udrl::stub
