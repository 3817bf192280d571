// A GGUF file before llama.cpp opens it, and what its metadata says. Not for: weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "gguf.h"
#include "llama.h"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// In the metadata of a file that weights.cpp widened: what the types of its source were called.
constexpr const char* widened_type_key = "udrl.widened_type";

struct GgufDeleter {
  void operator()(gguf_context* gguf) const { gguf_free(gguf); }
};
using GgufHandle = std::unique_ptr<gguf_context, GgufDeleter>;

/// The file's metadata and the places of its tensors; nullptr for one that cannot be read (take_llama_errors).
GgufHandle read_header(const std::filesystem::path& file);
/// What a file with this header takes at least.
std::uint64_t least_bytes(const gguf_context* gguf);

/// Its header. Throws `Error` (user) that names the file if it is missing, not a GGUF, or shorter than that says.
/// llama.cpp maps files into memory: a truncated one could end the process with SIGBUS in the middle of a run.
GgufHandle check_gguf_file(const std::filesystem::path& file);

/// Positions that the model was trained with. Its table may have more rows (trained_context_key).
int trained_context(const llama_model* model);

/// Everything of ModelInfo but the hash, which takes a while (sha256_file).
ModelInfo describe_model(const llama_model* model, const std::filesystem::path& file);

/// A metadata value as text, or `otherwise`.
std::string metadata(const llama_model* model, const char* key, const std::string& otherwise = {});

}  // namespace udrl::lm
