// libgomp spins 300,000 times, or 100 where it has started more threads than there are cores. There is no setting for
// that once it is loaded; so, to have it sleep, one more team of threads is started, which then waits for nothing.
#include "spin_guard.hpp"

#include <dlfcn.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "udrl/base/process.hpp"

namespace udrl {
namespace {

/// Of a second: alone it is under 0.02, beside one busy process over 0.3.
constexpr double most_waiting_alone = 0.15;
constexpr int calm_updates = 8;

/// libgomp's own, where some library brought it: it calls `body` on so many threads, which it keeps for the caller.
using Parallel = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);
Parallel libgomp_parallel() { return reinterpret_cast<Parallel>(::dlsym(RTLD_DEFAULT, "GOMP_parallel")); }

bool is_users_choice() { return std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr; }

/// Until that long has passed, or the thread is told to end: then false.
bool wait_for(const std::stop_token& end, std::chrono::duration<double> time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  return !never.wait_for(lock, end, time, [&] { return end.stop_requested(); });
}

/// More threads of libgomp's than there are cores, as long as it lives. They sleep.
std::jthread idle_team(Parallel parallel) {
  return std::jthread([parallel](const std::stop_token& end) {
    parallel([](void*) {}, nullptr, std::thread::hardware_concurrency() + 2, 0);
    while (wait_for(end, std::chrono::hours(1))) continue;
  });
}

/// Seconds that each thread of this process has waited for a core, by its number.
std::map<std::string, double> waits() {
  std::map<std::string, double> out;
  std::error_code error;
  for (std::filesystem::directory_iterator task("/proc/self/task", error), end; !error && task != end;
       task.increment(error)) {
    std::ifstream in(task->path() / "schedstat");
    double ran = 0, waited = 0;
    if (in >> ran >> waited) out[task->path().filename().string()] = waited * 1e-9;
  }
  return out;
}

double waited_between(const std::map<std::string, double>& before, const std::map<std::string, double>& now) {
  double sum = 0;
  for (const auto& [thread, seconds] : now) {
    const auto then = before.find(thread);
    sum += seconds - (then == before.end() ? 0 : then->second);
  }
  return sum;
}

}  // namespace

bool SpinRule::update(double waiting) {
  calm_ = waiting > most_waiting_alone ? 0 : calm_ + 1;
  sleeps_ = calm_ == 0 || (sleeps_ && calm_ < calm_updates);
  return sleeps_;
}

namespace {

void watch(const std::stop_token& end, Parallel parallel) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  SpinRule rule;
  std::optional<std::jthread> team;
  auto before = waits();
  if (before.empty()) return;  // the kernel does not tell
  for (auto start = Clock::now(); wait_for(end, Seconds(SpinRule::seconds_between_updates));) {
    auto now = waits();
    const auto then = Clock::now();
    const bool sleep = rule.update(waited_between(before, now) / Seconds(then - start).count());
    if (sleep && !team) team = idle_team(parallel);
    if (!sleep) team.reset();
    before = std::move(now), start = then;
  }
}

}  // namespace

SpinGuard::SpinGuard() {
  if (const Parallel parallel = libgomp_parallel(); parallel != nullptr && !is_users_choice() && usable_cores() > 1)
    watch_ = std::jthread(watch, parallel);
}

}  // namespace udrl
