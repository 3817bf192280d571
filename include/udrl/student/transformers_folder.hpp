// A GPT-2 folder that `transformers` saved, read to start training from: its shape, and its weights in float32.
// Not for: asking a student (checkpoint.hpp), or what another vocabulary makes of the embedding
// (vocabulary_transfer.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/student/config.hpp"
#include "udrl/student/safetensors.hpp"

namespace udrl::student {

class TransformersFolder {
 public:
  /// Opens config.json and model.safetensors, or the shards that model.safetensors.index.json lists. Throws `Error`
  /// (user) for a model that is no GPT-2 as udrl computes it (names the field), a tensor that is missing or of another
  /// shape, and weights that are pickled.
  explicit TransformersFolder(std::filesystem::path folder);

  const std::filesystem::path& path() const { return folder_; }
  /// The folder's own name, for people.
  std::string name() const;
  /// `bos_id` and `eos_id` are 0, whatever the file says: `transformers` saves ids that the vocabulary does not have.
  const StudentConfig& config() const { return config_; }
  /// A tensor by its name in tensor_specs(), whether or not the file has "transformer." in front; float16 and bfloat16
  /// widened.
  std::vector<float> values(std::string_view name) const;
  /// SHA-256 that stands for shape, weights and tokenizer.
  std::string sha256() const;

 private:
  const TensorView& tensor(std::string_view name) const;

  std::filesystem::path folder_;
  StudentConfig config_;
  std::vector<std::filesystem::path> weight_files_;
  std::vector<SafetensorsFile> weights_;
};

}  // namespace udrl::student
