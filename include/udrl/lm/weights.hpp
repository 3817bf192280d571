// What decides in which type weights are multiplied fastest: the instructions at hand, and what a file holds. Not for:
// the choice (inference/quick.hpp), converting (ModelOptions).
#pragma once

#include <filesystem>

#include "udrl/lm/options.hpp"

namespace udrl::lm {

/// What llama.cpp multiplies with. A processor may have more: set-up leaves out what gives wrong products there.
struct Instructions {
  bool avx512_bf16 = false;
  bool amx = false;  ///< which llama.cpp uses for q8_0, and not for bf16
  bool gpu = false;  ///< it multiplies, whatever the processor has
};

/// Throws `Error` (failure) where llama.cpp does not work on this processor.
Instructions instructions();

/// bf16 or q8_0 where the GGUF file is of that type already, so that there is nothing to convert; `file` for any other,
/// and for one that is not there or cannot be read.
WeightsKind stored_weights(const std::filesystem::path& gguf);

}  // namespace udrl::lm
