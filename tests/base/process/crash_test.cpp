// What a dying process says, and how it ends. As child processes; each fault is a real one.
#include "process/crash.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "child.hpp"

using namespace udrl;
using namespace udrl::test;

namespace {

// The faults are meant: a sanitizer that says so first would end the child in its own way.
#define UDRL_MEANT __attribute__((no_sanitize("address", "undefined")))

UDRL_MEANT void write_to_nowhere() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

UDRL_MEANT void divide_by_nothing() {
#if defined(__x86_64__)
  volatile int nothing = 0;
  volatile int result = 1 / nothing;
  (void)result;
#endif
  std::raise(SIGFPE);  // a processor that divides by zero without a word
}

void read_behind_a_file() {
  char name[] = "/tmp/udrl-crash-XXXXXX";
  const int fd = ::mkstemp(name);
  ::unlink(name);
  const void* empty = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
  volatile char gone = *static_cast<const volatile char*>(empty);
  (void)gone;
}

/// Returns its depth, so that no compiler makes a loop of it.
__attribute__((noinline)) int overflow_the_stack(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth < 1 << 30 ? overflow_the_stack(depth + 1) + frame[0] : 0;
}

struct Ending {
  int status;
  std::string said;
};

/// Of a child in which all five signals have their default actions, as in a tool's own process.
Ending ending_of(const std::function<void()>& fault) {
  const TempFolder folder;
  const auto file = folder.file("stderr", "");
  const int status = wait_status_of_child([&] {
    for (const int number : {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) std::signal(number, SIG_DFL);
    ::dup2(::open(file.c_str(), O_WRONLY), STDERR_FILENO);
    install_crash_handler("udrl-test");
    install_crash_handler("udrl-test tag");
    fault();
    return 0;
  });
  return {status, content_of(file)};
}

void check_ending(int number, const std::string& name, const std::function<void()>& fault) {
  const Ending ending = ending_of(fault);
  INFO(ending.said);
  CHECK(WIFSIGNALED(ending.status));
  CHECK(WTERMSIG(ending.status) == number);
  CHECK(ending.said.rfind("udrl-test tag died of " + name + " (", 0) == 0);
  CHECK(std::count(ending.said.begin(), ending.said.end(), '\n') == 1);
  CHECK(ending.said.back() == '\n');
  for (const char* text : {"All that was written is kept", "run the same command again", "udrl-test --version"})
    CHECK(contains(ending.said, text));
}

}  // namespace

TEST_CASE("each signal is told in one line and ends the process as it would have") {
  check_ending(SIGILL, "SIGILL", [] { __builtin_trap(); });
  check_ending(SIGSEGV, "SIGSEGV", write_to_nowhere);
  check_ending(SIGBUS, "SIGBUS", read_behind_a_file);
  check_ending(SIGFPE, "SIGFPE", divide_by_nothing);
  check_ending(SIGABRT, "SIGABRT", [] { std::abort(); });
}

TEST_CASE("a signal from outside, another thread and an overflowing stack are told too") {
  check_ending(SIGSEGV, "SIGSEGV", [] { ::kill(::getpid(), SIGSEGV); });
  check_ending(SIGSEGV, "SIGSEGV", [] { std::thread(write_to_nowhere).join(); });
  check_ending(SIGSEGV, "SIGSEGV", [] { overflow_the_stack(0); });
}

TEST_CASE("an illegal instruction names its cure") {
  CHECK(contains(ending_of([] { __builtin_trap(); }).said, "scripts/setup.sh"));
}

TEST_CASE("who handles or ignores a signal already goes on to") {
  const Ending handled = ending_of([] {
    std::signal(SIGFPE, [](int) { ::_exit(42); });
    install_crash_handler("udrl-test");
    std::raise(SIGFPE);
  });
  CHECK((WIFEXITED(handled.status) && WEXITSTATUS(handled.status) == 42));
  CHECK(handled.said.empty());
}
