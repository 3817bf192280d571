// GPT-2 in LibTorch: learned positions, pre-norm blocks, tanh-GELU, tied head. For: training (train/learner.hpp).
// Not for: generation (llama.cpp does that from the exported GGUF), files (safetensors.hpp), optimizers.
//
// Shapes: B sequences, T positions, C width, N = B·T rows or chosen rows, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "udrl/student/config.hpp"

namespace udrl::student {

/// A learned tensor under the name that `transformers` gives it; float32, a leaf that asks for its gradient.
struct Parameter {
  std::string name;
  at::Tensor value;
};

/// How a forward pass computes.
struct ForwardMode {
  bool bf16 = false;               ///< matrix products in bfloat16; weights, norms and the residual stream stay float32
  bool training = false;           ///< applies dropout
  std::uint64_t dropout_seed = 0;  ///< another one for every pass; its neighbours (up to 3·layers + 1) are used too
};

class Gpt2 {
 public:
  /// Fresh weights as GPT-2 draws them: N(0, initializer_range), the projections into the residual stream scaled by
  /// 1/√(2·layers), biases 0, norms 1. A function of (seed, tensor name), the same on every device.
  Gpt2(const StudentConfig& config, std::uint64_t seed, at::Device device = at::kCPU);

  const StudentConfig& config() const { return config_; }
  at::Device device() const { return device_; }
  /// In the order of tensor_specs().
  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Token ids (int64, [B, T], T ≤ n_positions) → the last hidden states after ln_f, [B·T, C] float32. Attention is
  /// causal, so padding belongs on the right.
  at::Tensor hidden(const at::Tensor& ids_BT, ForwardMode mode = {}) const;
  /// The head over any rows of `hidden`: [N, C] → [N, V] float32.
  at::Tensor logits(const at::Tensor& hidden_NC, ForwardMode mode = {}) const;

 private:
  /// The tensors of one block, sharing storage with `parameters_`.
  struct Block {
    at::Tensor ln_1_weight, ln_1_bias, attn_weight, attn_bias, proj_weight, proj_bias;
    at::Tensor ln_2_weight, ln_2_bias, fc_weight, fc_bias, out_weight, out_bias;
    std::uint64_t site;  ///< of its first dropout
  };
  struct Batch {
    std::int64_t rows, length;
    at::Tensor causal_TT;  ///< undefined where LibTorch's own attention is used
  };
  at::Tensor embed(const at::Tensor& ids_BT, ForwardMode mode) const;
  at::Tensor attend(const Block& block, const at::Tensor& x_NC, const Batch& batch, ForwardMode mode) const;
  at::Tensor feed_forward(const Block& block, const at::Tensor& x_NC, ForwardMode mode) const;
  at::Tensor norm(const at::Tensor& x_NC, const at::Tensor& weight_C, const at::Tensor& bias_C) const;
  at::Tensor drop(const at::Tensor& x, ForwardMode mode, std::uint64_t site) const;
  void bind_blocks();

  StudentConfig config_;
  at::Device device_;
  std::vector<Parameter> parameters_;
  std::vector<Block> blocks_;
  at::Tensor wte_VC_, wpe_TC_, ln_f_weight_, ln_f_bias_;
};

}  // namespace udrl::student
