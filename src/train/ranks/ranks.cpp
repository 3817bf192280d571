// LibTorch's c10d over gloo: pairs of processes exchange their sums. Its interface changes between versions of
// LibTorch, so it is used here alone.
#include "ranks.hpp"

#include <ATen/ATen.h>

#include "udrl/base/error.hpp"

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#endif

namespace udrl::train {

#ifdef USE_C10D_GLOO

namespace {

Error lost(const std::exception& error) {
  return failure("another process of this run is gone, or cannot be reached")
      .got(std::string(error.what()).substr(0, 200))
      .hint("its own message says why; start all of them again: they go on from the last save");
}

c10::intrusive_ptr<c10d::Store> store_for(const Place& place) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = place.rank == 0 && !place.launcher_listens;
  options.waitWorkers = false;
  const auto store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
  return c10::make_intrusive<c10d::PrefixStore>("udrl-train/" + place.attempt, store);
}

/// The same for two processes if they are to share their cores: of one machine or container, bound to the same cores or
/// to none.
std::vector<std::uint8_t> cores_of_process() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  cpu_set_t bound;
  CPU_ZERO(&bound);
  (void)::sched_getaffinity(0, sizeof bound, &bound);  // of a larger machine: as bound to none
  std::string machine;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), machine);
  std::string name = std::string(host) + "/" + machine + "/";
  for (int core = 0; core < CPU_SETSIZE; ++core) name += CPU_ISSET(core, &bound) ? '1' : '0';
  return {name.begin(), name.end()};
}

/// Gloo would wait as long for a process that never comes as for one that computes. Returns how many share these cores.
int wait_for_all(c10d::Store& store, const Place& place) {
  const auto key_of = [](int rank) { return "here/" + std::to_string(rank); };
  const std::vector<std::uint8_t> cores = cores_of_process();
  store.set(key_of(place.rank), cores);
  std::vector<std::string> keys;
  for (int rank = 0; rank < place.size; ++rank) keys.push_back(key_of(rank));
  store.wait(keys, std::chrono::minutes(5));
  return static_cast<int>(
      std::count_if(keys.begin(), keys.end(), [&](const std::string& key) { return store.get(key) == cores; }));
}

std::shared_ptr<gloo::transport::Device> device_for(const Place& place) {
  constexpr bool lazily = false;
  if (const char* name = std::getenv("GLOO_SOCKET_IFNAME"))
    return c10d::ProcessGroupGloo::createDeviceForInterface(name, lazily);
  if (place.on_this_machine == place.size) return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1", lazily);
  return c10d::ProcessGroupGloo::createDefaultDevice(lazily);
}

}  // namespace

struct Ranks::Group {
  explicit Group(const Place& place) {
    // The first process prepares the data while the others wait, for hours where they are large. One that has ended is
    // noticed at once: its connections close.
    auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::hours(24));
    options->devices.push_back(device_for(place));
    const auto store = store_for(place);
    on_these_cores = wait_for_all(*store, place);
    gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, options);
  }

  /// Sends `values` to a partner that sends its own.
  at::Tensor exchange(const at::Tensor& values, int partner) const {
    std::vector<at::Tensor> out{values}, in{at::empty_like(values)};
    const auto receiving = gloo->recv(in, partner, 0), sending = gloo->send(out, partner, 0);
    sending->wait();
    receiving->wait();
    return in.front();
  }

  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  int on_these_cores = 1;
};

bool can_train_in_several() { return true; }

void Ranks::add_up(at::Tensor& values) const {
  if (!group_) return;
  try {
    for (int distance = 1; distance < size(); distance *= 2) values.add_(group_->exchange(values, rank() ^ distance));
  } catch (const std::exception& error) {
    throw lost(error);
  }
}

#else

struct Ranks::Group {
  explicit Group(const Place&) {}
  int on_these_cores = 1;
};

bool can_train_in_several() { return false; }

void Ranks::add_up(at::Tensor&) const {}

#endif

Ranks::Ranks() = default;
Ranks::~Ranks() = default;
Ranks::Ranks(Ranks&&) noexcept = default;
Ranks& Ranks::operator=(Ranks&&) noexcept = default;

Ranks::Ranks(const Place& place) : place_(place) {
  if (size() == 1) return;
  if (!can_train_in_several())
    throw user_error("this build trains in one process only")
        .got(std::to_string(size()) + " processes")
        .hint("install the headers of gloo (libgloo-dev; scripts/setup.sh does) and build again");
  try {
    group_ = std::make_unique<Group>(place);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw failure("the processes of this run do not find each other")
        .at(place.host + ":" + std::to_string(place.port))
        .got(std::string(error.what()).substr(0, 200))
        .hint("set MASTER_ADDR and MASTER_PORT to a place that all of them reach, and start all of them");
  }
}

int Ranks::on_these_cores() const { return group_ ? group_->on_these_cores : 1; }

void Ranks::add_up(std::span<double> values) const {
  if (!group_) return;
  at::Tensor tensor = at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble);
  add_up(tensor);
}

bool Ranks::any(bool here) const {
  double count = here ? 1 : 0;
  add_up(std::span<double>(&count, 1));
  return count > 0;
}

void Ranks::meet() const { (void)any(false); }

}  // namespace udrl::train
