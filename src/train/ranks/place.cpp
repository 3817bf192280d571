// Launchers' variables.
#include "place.hpp"

#include <charconv>
#include <cstdlib>

#include "udrl/base/error.hpp"

namespace udrl::train {
namespace {

/// What a launcher calls the rank, how many processes there are, how many on this machine, and the cores of each.
struct Launcher {
  const char *rank, *size, *on_this_machine, *threads;
};
constexpr Launcher launchers[] = {
    {"RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", ""},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", ""},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS_PER_NODE", "SLURM_CPUS_PER_TASK"},
};

int number(const Environment& environment, const std::string& name, int otherwise) {
  const std::optional<std::string> text = environment(name);
  if (!text || text->empty()) return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc{} && end == text->data() + text->size() && value >= 0) return value;
  throw user_error("an environment variable of the launcher is no number")
      .at(name)
      .got(*text)
      .hint("start udrl-train by torchrun, srun or mpirun, which set it; or unset it for one process");
}

void check(const Place& place) {
  if (place.size < 1 || place.rank >= place.size)
    throw user_error("the launcher's environment does not fit together")
        .expected("a rank below the number of processes")
        .got("rank " + std::to_string(place.rank) + " of " + std::to_string(place.size));
  if ((place.size & (place.size - 1)) != 0)
    throw user_error("the number of processes is no power of two")
        .got(std::to_string(place.size))
        .hint("start 2, 4, 8, …");
}

}  // namespace

Place place_of(const Environment& environment) {
  Place place;
  for (const Launcher& launcher : launchers) {
    if (!environment(launcher.rank) || !environment(launcher.size)) continue;
    place.rank = number(environment, launcher.rank, 0);
    place.size = number(environment, launcher.size, 1);
    place.on_this_machine = number(environment, launcher.on_this_machine, 1);
    place.threads = number(environment, launcher.threads, 0);
    break;
  }
  check(place);
  place.host = environment("MASTER_ADDR").value_or(environment("SLURM_LAUNCH_NODE_IPADDR").value_or(place.host));
  place.port = number(environment, "MASTER_PORT", place.port);
  place.launcher_listens = environment("TORCHELASTIC_USE_AGENT_STORE").value_or("") == "True";
  place.attempt = environment("TORCHELASTIC_RESTART_COUNT").value_or("0");
  return place;
}

Place place_of_process() {
  return place_of([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  });
}

}  // namespace udrl::train
