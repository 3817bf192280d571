// The learning rate over a run. Not for: the step itself (trainer.hpp).
#pragma once

#include <cstdint>

#include "udrl/train/options.hpp"

namespace udrl::train {

/// wsd: warm-up, stable, decay (Hu et al., "MiniCPM", arXiv 2404.06395); cosine: Loshchilov & Hutter, arXiv 1608.03983,
/// without restarts. Share of the full learning rate, in (0, 1], for step 0 … total-1. Warm-up rises from 1/warm-up
/// steps; the last step's share is small but not 0, so that no step is wasted.
double learning_rate_share(const ScheduleOptions& options, std::uint64_t step, std::uint64_t total);

}  // namespace udrl::train
