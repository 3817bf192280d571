// A checkpoint folder that others can open (design §4): written, and opened with its parts checked against each other.
// Not for: the training state (train), GGUF (gguf_export.hpp).
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "udrl/command/fitted.hpp"
#include "udrl/student/config.hpp"
#include "udrl/student/model_card.hpp"
#include "udrl/student/safetensors.hpp"
#include "udrl/student/tokenizer.hpp"

namespace udrl::student {

namespace files {
inline constexpr const char* config = "config.json";
inline constexpr const char* weights = "model.safetensors";
inline constexpr const char* tokenizer = "tokenizer.model";
inline constexpr const char* tokenizer_json = "tokenizer.json";
inline constexpr const char* tokenizer_config = "tokenizer_config.json";
inline constexpr const char* generation_config = "generation_config.json";
inline constexpr const char* commands = "commands.json";
inline constexpr const char* card = "README.md";
inline constexpr const char* modelfile = "Modelfile";
inline constexpr const char* gguf = "student.gguf";
}  // namespace files

/// What a checkpoint is written from. All is borrowed for the time of the call.
struct CheckpointParts {
  const StudentConfig& config;
  const Tokenizer& tokenizer;
  const command::Fitted& commands;  ///< of `udrl-distill tag`, with what training adds
  const ModelCard& card;
  std::span<const TensorView> weights;  ///< float32, names and shapes of tensor_specs()
};

/// Writes everything but the weights; `parts.weights` may be empty. Existing files are replaced, each whole or not at
/// all.
void write_checkpoint_texts(const std::filesystem::path& folder, const CheckpointParts& parts);
/// Writes model.safetensors alone, the same way. Throws `Error` (failure) where a tensor is missing or has another
/// shape.
void write_weights(const std::filesystem::path& folder, const StudentConfig& config,
                   std::span<const TensorView> weights);
/// Both. The texts come first, so that a folder with weights is complete.
void write_checkpoint(const std::filesystem::path& folder, const CheckpointParts& parts);

/// An open checkpoint. The weights are memory-mapped.
struct Checkpoint {
  std::filesystem::path folder;
  StudentConfig config;
  Tokenizer tokenizer;
  command::Fitted commands;
  SafetensorsFile weights;

  const TensorView& tensor(const TensorSpec& spec) const { return weights.at(spec.name, DType::f32, spec.shape); }
};

/// Throws `Error` (user) for a missing or damaged file, and where config.json, tokenizer and weights do not fit each
/// other.
Checkpoint open_checkpoint(const std::filesystem::path& folder);

}  // namespace udrl::student
