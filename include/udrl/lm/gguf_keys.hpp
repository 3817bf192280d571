// Metadata keys of GGUF files that one room of udrl writes and another reads. Not for: llama.cpp's own keys.
#pragma once

namespace udrl::lm {

/// How many positions a model was trained with, where its table has rows beyond them ("gpt2.context_length").
inline constexpr const char* trained_context_key = "udrl.context_length";

}  // namespace udrl::lm
