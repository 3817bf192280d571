// udrl-endpoint-stub: an OpenAI-compatible endpoint for tests and benchmarks: quick, deterministic, and as bad as is
// asked for. One thread, epoll, 127.0.0.1 alone. Not for: language, streaming, keys, or checking what a request holds.
//
// What is answered is a function of the request's body; which request meets which fault is one of seed and number. The
// log and GET /stats say what was asked and what a provider would bill.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "options.hpp"
#include "server.hpp"

namespace {

volatile std::sig_atomic_t ending = 0;

/// Blocked but while the server waits: none is missed between looking and waiting.
sigset_t catch_ending_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { ending = 1; };
  sigset_t wanted, before;
  sigemptyset(&wanted);
  for (const int signal : {SIGTERM, SIGINT}) {
    ::sigaction(signal, &action, nullptr);
    sigaddset(&wanted, signal);
  }
  ::sigprocmask(SIG_BLOCK, &wanted, &before);
  sigdelset(&before, SIGTERM);
  sigdelset(&before, SIGINT);
  return before;
}

void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int count, char** words) {
  using namespace udrl::stub;
  const Options options = options_of(count, words);
  const sigset_t while_waiting = catch_ending_signals();
  allow_many_connections();
  Server server(options);
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  server.run(while_waiting, ending);
  return 0;
}
