// That an exported file is the checkpoint: llama.cpp cuts texts into the checkpoint's ids, and gives its logits.
// Internal.
#pragma once

#include <filesystem>

#include "udrl/student/gguf_export.hpp"

namespace udrl::student {

/// Nats a token that a file of this type may lie from its checkpoint, in the mean: more than ten times what is usual.
double allowed_divergence(GgufType type);

/// Throws `Error` (failure) that says what differs. `file` may still be a draft; `shown_as` is what it will be called.
ExportProof prove_export(const Checkpoint& checkpoint, GgufType type, const std::filesystem::path& file,
                         const std::filesystem::path& shown_as);

}  // namespace udrl::student
