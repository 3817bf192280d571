// GPT-2's forward pass as the paper says it, in double precision and plain loops: what exported files are measured
// against. Not for: speed (lm), or learning (model/gpt2.cpp).
#pragma once

#include <span>
#include <vector>

#include "udrl/student/checkpoint.hpp"

namespace udrl::student {

/// Reads a sequence token by token, and keeps the keys and values of what it has read.
class Reference {
 public:
  /// `weights` (names and shapes of tensor_specs(config), float32) must outlive it.
  Reference(const StudentConfig& config, const SafetensorsFile& weights);

  /// Logits after one more token: of all pieces of the vocabulary. Throws `Error` (failure) beyond the positions that
  /// were trained.
  std::vector<double> read(int id);
  /// Forgets what was read.
  void begin_again();

 private:
  using Row = std::vector<double>;
  struct Layer {
    std::span<const float> norm1_weight, norm1_bias, qkv_weight, qkv_bias, out_weight, out_bias;
    std::span<const float> norm2_weight, norm2_bias, up_weight, up_bias, down_weight, down_bias;
    std::vector<Row> keys, values;  ///< of each position
  };

  Row attend(Layer& layer, const Row& x) const;
  Row feed_forward(const Layer& layer, const Row& x) const;

  StudentConfig config_;
  std::span<const float> tokens_, positions_, norm_weight_, norm_bias_;
  std::vector<Layer> layers_;
  std::size_t read_ = 0;
};

}  // namespace udrl::student
