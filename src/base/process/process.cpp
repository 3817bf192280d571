// Stop signals, the thread setting and peak memory.
#include "udrl/base/process.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "udrl/base/error.hpp"

namespace udrl {
namespace {

std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler may only touch lock-free atomics");
std::atomic<int> chosen_threads{0};

/// The first signal asks to stop. The second one gets its default action (the end) as soon as this handler returns.
extern "C" void on_stop_signal(int signal_number) {
  if (!stop_flag.exchange(true)) return;
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void install(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: a tool that waits for the keyboard wakes up
  ::sigaction(signal_number, &action, nullptr);
}

bool is_ignored(int signal_number) {
  struct sigaction now {};
  return ::sigaction(signal_number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// What a container may use (cgroup v2), or a large number: "max 100000" or "150000 100000".
int container_cores() {
  std::ifstream in("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return 1 << 20;
  return static_cast<int>(std::ceil(quota / period));
}

}  // namespace

void install_stop_signals() {
  install(SIGINT, on_stop_signal);
  install(SIGTERM, on_stop_signal);
  if (!is_ignored(SIGHUP)) install(SIGHUP, on_stop_signal);  // a closed terminal, unless started with nohup
  install(SIGPIPE, SIG_IGN);
  install(SIGXFSZ, SIG_IGN);
}

bool stop_requested() noexcept { return stop_flag.load(std::memory_order_relaxed); }
void request_stop(bool on) noexcept { stop_flag.store(on); }

void check_stop(const std::string& what, const std::string& resume_hint) {
  if (stop_requested()) throw stopped_error(what, resume_hint);
}

int usable_cores() { return std::max(1, std::min(allowed_cores(), container_cores())); }

int compute_threads() {
  const int chosen = chosen_threads.load();
  return chosen > 0 ? chosen : usable_cores();
}

void set_compute_threads(int n) {
  if (n < 0)
    throw user_error("threads is out of range").expected("0 (all usable cores) or more").got(std::to_string(n));
  chosen_threads.store(n);
}

std::size_t peak_memory_bytes() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace udrl
