// Standard output at its end.
#include "udrl/base/standard_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "udrl/base/error.hpp"
#include "udrl/base/shown.hpp"

namespace udrl {
namespace {

/// Asked of the descriptor: which write failed, and why, is not known any more.
bool reader_has_left() {
  struct pollfd output {
    STDOUT_FILENO, POLLOUT, 0
  };
  return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

void keep_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Open the wrong way round, so that its use fails as that of a closed one does.
    (void)!::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void flush_standard_output() {
  errno = 0;
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  const int reason = errno;
  if ((flushed && std::cout && std::ferror(stdout) == 0) || reader_has_left()) return;
  Error error = failure("cannot write to standard output: some of what was to be printed is lost");
  if (reason != 0) error.got(std::strerror(reason));
  throw error.hint("is the disk full? The files that were written are whole; the same command prints again");
}

bool print_line(std::string_view line) {
  static const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  if (is_terminal) std::cout << shown(line) << '\n';
  else std::cout << line << '\n';
  flush_standard_output();
  return static_cast<bool>(std::cout);
}

}  // namespace udrl
