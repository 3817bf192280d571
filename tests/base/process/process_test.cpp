// Stop signals, threads, and what is said about the machine.
#include "udrl/base/process.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "child.hpp"

using namespace udrl;
using namespace udrl::test;

TEST_CASE("the first signal asks to stop") {
  const int signal_number = GENERATE(SIGINT, SIGTERM);
  const int status = wait_status_of_child([=] {
    install_stop_signals();
    if (stop_requested()) return 1;
    std::raise(signal_number);
    return stop_requested() ? 0 : 2;
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("the second signal ends the process") {
  const int second = GENERATE(SIGINT, SIGTERM);
  const int status = wait_status_of_child([=] {
    install_stop_signals();
    std::raise(SIGINT);
    std::raise(second);
    return 0;
  });
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == second));
}

TEST_CASE("a reader that went away does not end the process") {
  const int status = wait_status_of_child([] {
    install_stop_signals();
    int ends[2];
    if (::pipe(ends) != 0) return 1;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 ? 0 : 2;
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("a file at its limit does not end the process") {
  const int status = wait_status_of_child([] {
    install_stop_signals();
    const struct rlimit none { 0, 0 };
    std::FILE* file = std::tmpfile();
    if (file == nullptr || ::setrlimit(RLIMIT_FSIZE, &none) != 0) return 1;
    return ::write(::fileno(file), "x", 1) == -1 && errno == EFBIG ? 0 : 2;
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("a stop request becomes an error that says how to go on") {
  check_stop("stopped", "again");
  request_stop();
  const std::string error = error_of([] { check_stop("stopped at step 3", "run the same command again"); });
  request_stop(false);
  CHECK(error == "3 stopped at step 3\n  hint:     run the same command again");
  CHECK_FALSE(stop_requested());
}

TEST_CASE("threads are all usable cores unless set") {
  CHECK(compute_threads() == usable_cores());
  CHECK(usable_cores() >= 1);
  set_compute_threads(3);
  CHECK(compute_threads() == 3);
  set_compute_threads(0);
  CHECK(compute_threads() == usable_cores());
  CHECK(contains(error_of([] { set_compute_threads(-1); }), "2 threads is out of range"));
}

TEST_CASE("a processor is described by name and cores and instruction sets") {
  const std::string x86 =
      "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nflags\t\t: fpu avx2 fma avx512f avx512_vnni avx512vl\n\n"
      "processor\t: 1\nmodel name\t: Some CPU @ 3 GHz\nflags\t\t: fpu\n";
  CHECK(describe_processor(x86, 2) == "Some CPU @ 3 GHz, 2 cores, AVX2 FMA AVX512F AVX512_VNNI");
  CHECK(describe_processor("Features\t: fp asimd asimddp i8mm\n", 1) == "unnamed processor, 1 core, NEON DOTPROD I8MM");
  CHECK(describe_processor("", 4) == "unnamed processor, 4 cores");
  CHECK_FALSE(processor_description().empty());
}

TEST_CASE("peak memory never falls") {
  const std::size_t before = peak_memory_bytes();
  CHECK(before > 1000000);
  {
    const std::string large(300000000, 'x');  // more than any other test of the process
    CHECK(peak_memory_bytes() >= large.size());
    CHECK(large.back() == 'x');
  }
  CHECK(peak_memory_bytes() >= 300000000);
}
