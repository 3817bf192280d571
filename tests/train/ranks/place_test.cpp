#include "ranks/place.hpp"

#include <map>

#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::train;

namespace {

using Variables = std::map<std::string, std::string>;

Place of(const Variables& variables) {
  return place_of([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

}  // namespace

TEST_CASE("without a launcher a process is alone") {
  CHECK(of({}).size == 1);
  CHECK(of({{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "8"}}).size == 1);  // a batch script that is not run by srun
}

TEST_CASE("each launcher says where a process stands") {
  const Place torchrun = of({{"RANK", "3"},
                             {"WORLD_SIZE", "4"},
                             {"LOCAL_WORLD_SIZE", "2"},
                             {"MASTER_ADDR", "node-1"},
                             {"MASTER_PORT", "1234"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"}});
  CHECK(torchrun.rank == 3);
  CHECK(torchrun.size == 4);
  CHECK(torchrun.on_this_machine == 2);
  CHECK(torchrun.host == "node-1");
  CHECK(torchrun.port == 1234);
  CHECK(torchrun.launcher_listens);
  CHECK(torchrun.threads == 0);
  CHECK(torchrun.attempt == "2");
  const Place srun =
      of({{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_LAUNCH_NODE_IPADDR", "10.0.0.1"}});
  CHECK(srun.rank == 1);
  CHECK(srun.threads == 0);
  CHECK(of({{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_CPUS_PER_TASK", "8"}}).threads == 8);
  CHECK(srun.host == "10.0.0.1");
  CHECK_FALSE(srun.launcher_listens);
  CHECK(of({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "8"}}).size == 8);
}

TEST_CASE("what does not fit together is refused") {
  CHECK_THROWS_AS(of({{"RANK", "2"}, {"WORLD_SIZE", "2"}}), Error);
  CHECK_THROWS_AS(of({{"RANK", "0"}, {"WORLD_SIZE", "0"}}), Error);
  CHECK_THROWS_AS(of({{"RANK", "0"}, {"WORLD_SIZE", "6"}}), Error);  // sums are of halves of halves
  CHECK_THROWS_AS(of({{"RANK", "one"}, {"WORLD_SIZE", "2"}}), Error);
  CHECK_THROWS_AS(of({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "-1"}}), Error);
}
