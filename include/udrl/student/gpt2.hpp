// GPT-2 in LibTorch: learned positions, pre-norm blocks, tanh-GELU, tied head. For: training (train/optim/trainer.hpp).
// Not for: generation (llama.cpp does that from the exported GGUF), files (safetensors.hpp), optimizers.
//
// Shapes: B sequences, T positions, C width, N = B·T rows or chosen rows, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "udrl/student/config.hpp"
#include "udrl/student/gemm.hpp"

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

class Gpt2;

/// What models of the same vocabulary make of the rows that another one learns: their mean distribution, to be learned
/// beside the targets.
struct Mixture {
  double share = 0;  ///< of it in what is learned, 0 … 1; the rest is the target token's
  std::vector<const Gpt2*> models;
  std::vector<at::Tensor> hidden_NC;  ///< of each model, for the same rows
};

class Gpt2 {
 public:
  /// Fresh weights as GPT-2 draws them: N(0, initializer_range), the projections into the residual stream scaled by
  /// 1/√(2·layers), biases 0, norms 1. A function of (seed, tensor name), the same on every device.
  Gpt2(const StudentConfig& config, std::uint64_t seed, at::Device device = at::kCPU);
  ~Gpt2();

  const StudentConfig& config() const { return config_; }
  at::Device device() const { return device_; }
  /// In the order of tensor_specs().
  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Token ids (int64, [B, T], T ≤ n_positions) → the last hidden states after ln_f, [B·T, C] float32. Attention is
  /// causal, so padding belongs on the right.
  at::Tensor hidden(const at::Tensor& ids_BT, ForwardMode mode = {}) const;
  /// The head over any rows of `hidden`: [N, C] → [N, V] float32. No gradient passes through it.
  at::Tensor logits(const at::Tensor& hidden_NC, ForwardMode mode = {}) const;
  /// −log p of target n (int64, [N]) after row n: nats, [N] float32. No gradient passes through it.
  at::Tensor losses(const at::Tensor& hidden_NC, const at::Tensor& targets_N, ForwardMode mode = {}) const;
  /// The same, and adds the gradient of scale · Σ weight · loss to that of every parameter. The rows were chosen from
  /// `hidden`, called with gradients on. Weights are [N] float32; undefined: 1 each. With a `mixture` that gradient is
  /// of the cross-entropy to (1 − share) · the target + share · the mixture; the losses are those of the targets still.
  at::Tensor learn(const at::Tensor& hidden_NC, const at::Tensor& targets_N, double scale, ForwardMode mode = {},
                   const at::Tensor& weights_N = {}, const Mixture* mixture = nullptr) const;

  /// The libraries that multiply its matrices from now on; at first MKL.
  void use(const GemmPlan& gemm);

 private:
  struct Block;   ///< the tensors of one block, sharing storage with `parameters_`
  struct Layers;  ///< all of them
  struct Batch;   ///< the shape of a forward pass
  at::Tensor attend(const Block& block, const at::Tensor& x_NC, const Batch& batch, ForwardMode mode) const;
  at::Tensor feed_forward(const Block& block, const at::Tensor& x_NC, ForwardMode mode) const;
  at::Tensor norm(const at::Tensor& x_NC, const at::Tensor& weight_C, const at::Tensor& bias_C) const;
  at::Tensor drop(const at::Tensor& x, ForwardMode mode, std::uint64_t site) const;
  void bind_layers();

  StudentConfig config_;
  at::Device device_;
  std::vector<Parameter> parameters_;
  std::unique_ptr<Layers> layers_;
};

}  // namespace udrl::student
