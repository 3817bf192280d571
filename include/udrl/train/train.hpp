// The training stage: from tagged records to a checkpoint folder with its GGUF. Not for: command lines
// (tools/udrl_train.cpp).
#pragma once

#include <cstdint>

#include "udrl/base/tool.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

struct TrainReport {
  std::uint64_t steps = 0;         ///< all, earlier runs included
  std::uint64_t tokens = 0;        ///< trained on, all runs
  double seconds = 0;              ///< of this run's loop
  double valid_loss = 0;           ///< of the weights in model.safetensors; nats a target token
  double valid_bits_per_byte = 0;  ///< the same, of the answers' text; comparable between tokenizers
  std::uint64_t parameters = 0;
  bool is_first = true;  ///< of several processes, that which writes, and speaks for all
};

/// Trains, or goes on where an earlier run of the same options stopped. Throws `Error`: user (bad data, an output
/// folder of other options), failure (a loss that is not finite, a full disk), stopped (on request, after saving).
/// Started several times by torchrun, srun or mpirun it shares every step among the processes, which must all see the
/// folders that the options name.
TrainReport train(const TrainOptions& options, const RunContext& context);

}  // namespace udrl::train
