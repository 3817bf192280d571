// The layers of GPT-2 whose backward passes are our own: those that hold matrices add straight into the parameters'
// gradients, and heads are split and merged in one copy. Internal. Not for: how they are joined (gpt2.cpp).
//
// Autograd's own way makes every gradient of a weight anew and then adds it to the sum so far: at 100M parameters that
// is a tenth of a step. Shapes: N rows, I in, O out, C width, T positions, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "udrl/student/gemm.hpp"

namespace udrl::student {

/// A parameter and, made when it is first needed and again after it has changed, its bfloat16 copy.
class Weight {
 public:
  Weight() = default;
  explicit Weight(at::Tensor value) : value_(std::move(value)) {}
  const at::Tensor& value() const { return value_; }
  at::Tensor in(bool bf16) const;

 private:
  at::Tensor value_;
  mutable at::Tensor half_;
  mutable std::uint32_t version_ = 0;
};

/// x·W + b.
struct Linear {
  Weight weight_IO;  ///< as in GPT-2's Conv1D
  at::Tensor bias_O;
  LayerGemm gemm;

  /// [N, I] → [N, O], in bfloat16 where asked. Leaves the gradients of W and b in them when it is gone through
  /// backwards.
  at::Tensor operator()(const at::Tensor& x_NI, bool bf16) const;
};

/// The rows `ids` of the token embedding plus those of the positions: [B, T] → [B·T, C].
at::Tensor embed(const at::Tensor& wte_VC, const at::Tensor& wpe_TC, const at::Tensor& ids_BT);

/// Sequences as the rows of a product: B·T rows of positions, then filler up to `rows`, which nothing reads and whose
/// gradient is 0.
struct RowShape {
  std::int64_t sequences, length, rows;

  std::int64_t positions() const { return sequences * length; }
};

/// Queries, keys and values of all heads, each [B·H, T, D] of that type, from the rows [N, 3·C] of their projection.
std::array<at::Tensor, 3> split_heads(const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads,
                                      at::ScalarType type);
/// [B·H, T, D] → [N, C] of that type; rows beyond the positions are 0.
at::Tensor merge_heads(const at::Tensor& y_ATD, RowShape shape, std::int64_t heads, at::ScalarType type);

/// Of a parameter, begun at 0 where there is none.
at::Tensor& gradient_or_zeros(const at::Tensor& parameter);
/// gradient += a·b, or = where it is undefined; a and b of any one type, the sum in the parameter's.
void add_product(const at::Tensor& parameter, const at::Tensor& a, const at::Tensor& b);

/// What the head makes of rows of hidden states.
struct HeadResult {
  at::Tensor losses_N;     ///< −log p of each target, nats, float32
  at::Tensor gradient_NC;  ///< of scale · Σ weight · loss with respect to the rows; undefined where none was asked for
};

/// Learned beside the targets.
struct Distributions {
  double share = 0;  ///< of them in what is learned; the rest is the target's
  std::function<at::Tensor(std::int64_t from, std::int64_t rows)> of_rows;  ///< [rows, V], float32, without gradient
};

/// The tied head and the cross-entropy, a few hundred rows at a time, so that the logits of all rows never exist.
struct Head {
  Weight wte_VC;
  LayerGemm gemm;

  at::Tensor logits(const at::Tensor& rows_NC, bool bf16) const;
  /// With a `scale`, adds the gradient of scale · Σ weight · loss to that of the embedding, with distributions beside
  /// the targets where there are any; the losses are those of the targets alone. Weights are float32; undefined: 1
  /// each.
  HeadResult operator()(const at::Tensor& rows_NC, const at::Tensor& targets_N, std::optional<double> scale, bool bf16,
                        const at::Tensor& weights_N = {}, const Distributions* beside = nullptr) const;
};

}  // namespace udrl::student
