// Runs a function in a forked process, for what a test process must not do to itself. Returns its wait status.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace udrl::test {

/// The child ends with the value of `body`, or with 99 if it throws.
inline int wait_status_of_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace udrl::test
