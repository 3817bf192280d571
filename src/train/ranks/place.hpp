// Where this process stands among those that train one student, as its launcher says in the environment. Internal.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace udrl::train {

struct Place {
  int rank = 0, size = 1;
  int on_this_machine = 1;  ///< of the processes
  int threads = 0;          ///< that the launcher gives each of them; 0: it does not say
  std::string host = "127.0.0.1";
  int port = 29'500;
  bool launcher_listens = false;  ///< the first process need not: torchrun does
  std::string attempt = "0";      ///< counts restarts by torchrun, whose processes must not meet those before
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Of torchrun (RANK, WORLD_SIZE, …), srun (SLURM_PROCID, SLURM_STEP_NUM_TASKS, …) or Open MPI's mpirun
/// (OMPI_COMM_WORLD_RANK, …), whichever set a rank; MASTER_ADDR and MASTER_PORT where set. One process where none did.
/// Throws `Error` (user) for what is no number or does not fit together, and for a number of processes that is no power
/// of two.
Place place_of(const Environment& environment);
/// Of this process.
Place place_of_process();

}  // namespace udrl::train
