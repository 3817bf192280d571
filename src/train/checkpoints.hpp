// The last few saved states: checkpoints/step-NNNNNN/{model.safetensors, training_state.safetensors}. Internal. Not
// for: the newest state and the best weights, which lie at the top of the folder (state.hpp, loop.cpp).
#pragma once

#include <cstdint>
#include <filesystem>

#include "udrl/train/learner.hpp"

namespace udrl::train {

inline constexpr const char* checkpoints_folder = "checkpoints";

/// Keeps the state just saved at the top of `folder` with the weights as they stand, and removes all but the last
/// `keep`. Each is there whole or not at all. `keep` 1 or less: there is none but the one at the top.
void keep_checkpoint(const std::filesystem::path& folder, std::uint64_t step, int keep, const Learner& learner);

}  // namespace udrl::train
