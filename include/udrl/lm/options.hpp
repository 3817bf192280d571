// How a model is opened. Not for: how it is asked (language_model.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "udrl/base/options.hpp"
#include "udrl/lm/endpoint_options.hpp"

namespace udrl::lm {

/// file: as the file holds them; bf16, q8_0: in that type, in a file that the first opening makes beside it
/// (MODEL.bf16.gguf). bf16 is faster on a processor with AVX512_BF16, above all where the file's types are ones that
/// llama.cpp does not repack on it (Q5_0); q8_0 on one with AMX, which llama.cpp uses for that type and not for bf16.
/// Both work on any other, but expect bf16 to be slower there.
enum class WeightsKind { file, bf16, q8_0 };
constexpr auto names_of(WeightsKind) { return enum_names("file", "bf16", "q8_0"); }

struct ModelOptions {
  std::string name;            ///< how tables and records call it; default: the file's stem
  std::filesystem::path gguf;  ///< a GGUF file: runs in process
  EndpointOptions endpoint;    ///< exactly one of gguf and endpoint.urls
  WeightsKind weights = WeightsKind::file;
  int slots = 32;        ///< requests answered at once
  int context = 0;       ///< tokens of KV cache shared by all slots; 0: as many as slots × max tokens need
  int batch = 512;       ///< tokens computed at once while reading prompts
  int gpu_layers = 999;  ///< layers put on a GPU where the build has one
};

/// Whether the options name a model at all.
bool is_named(const ModelOptions& options);

/// Declares the options under `prefix` ("teacher" → --teacher.gguf, table [teacher]).
void declare(OptionSet& set, const std::string& prefix, ModelOptions& options);

/// The same of a model at an endpoint: its name and how it is asked, wherever it is served.
std::string endpoint_identity(const ModelOptions& options);
/// What tells apart models that answer differently: the file's SHA-256, with " as bf16" where its weights are
/// converted.
std::string model_identity(const std::string& sha256, WeightsKind weights);

}  // namespace udrl::lm
