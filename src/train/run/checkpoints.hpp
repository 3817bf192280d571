// The last few saved states: checkpoints/step-NNNNNN/, each a student that opens like the one at the top of the folder,
// and training_state.safetensors. Internal. Not for: the newest state and the best weights, which lie at the top
// (state.hpp, loop.cpp).
#pragma once

#include <cstdint>
#include <filesystem>

#include "optim/trainer.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::train {

inline constexpr const char* checkpoints_folder = "checkpoints";

/// Keeps the state just saved at the top of `folder` with the weights as they stand, and removes all but the last
/// `keep` up to it; later ones are of a run that was taken back. Each is there whole or not at all. `keep` 1 or less:
/// there is none but the one at the top. `gguf` says what stands in its student.gguf, which is not proved.
void keep_checkpoint(const std::filesystem::path& folder, std::uint64_t step, int keep, const Trainer& trainer,
                     student::GgufOptions gguf);

/// What a process that ended within `keep_checkpoint` of this step, the last one saved, did not come to.
void finish_keeping(const std::filesystem::path& folder, std::uint64_t step, int keep, const Trainer& trainer,
                    student::GgufOptions gguf);

}  // namespace udrl::train
