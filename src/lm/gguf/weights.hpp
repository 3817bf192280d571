// Which file a model's weights are loaded from: its own, or one beside it that holds them in another type, made at
// first use. Not for: loading them (engine.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <string>

#include "gguf.h"
#include "udrl/lm/options.hpp"

namespace udrl::lm {

struct Weights {
  std::filesystem::path file;
  /// Of the file that the options name; its `get` throws `Error` where that cannot be read. A small file is read while
  /// the model loads, a large one (seconds) when somebody asks.
  std::shared_future<std::string> source_sha256;
};

/// For `options.gguf`, whose header check_gguf_file returned. With weights = "bf16" or "q8_0" it is MODEL.bf16.gguf or
/// MODEL.q8_0.gguf in the same folder, made here unless it is there and comes from a file of the same SHA-256; a file
/// that is of that type already is its own. Throws `Error`: a model in several files, a folder that cannot be written,
/// no room on the disk, a file in that place that was not made here (user); llama.cpp cannot convert the file
/// (failure).
Weights weights_of(const ModelOptions& options, const gguf_context* header);

/// Throws `Error` (failure) where the disk of `folder` has less than `bytes` free.
void require_room(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace udrl::lm
