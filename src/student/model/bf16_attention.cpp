// Attention of bfloat16 rows, with its backward pass written out. P = softmax(s·Q·Kᵀ + mask), Y = P·V:
// dV = Pᵀ·dY, dP = dY·Vᵀ, dS = softmax' of dP, dQ = s·dS·K, dK = s·dSᵀ·Q.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "bf16_layers.hpp"
#include "bf16_loops.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

constexpr std::int64_t least_positions = 64;  // of a thread

struct Heads {
  RowShape shape;
  std::int64_t count, size;

  std::int64_t width() const { return count * size; }
  /// Of one of `parts` that lie side by side in the rows.
  HeadColumns columns(std::int64_t part, std::int64_t parts) const {
    return {.width = parts * width(), .column = part * width(), .heads = count, .size = size, .length = shape.length};
  }
};

/// One part of the rows, [A, T, D].
at::Tensor by_head(const at::Tensor& rows, const Heads& heads, std::int64_t part, std::int64_t parts) {
  const at::Tensor out_ATD = at::empty({heads.shape.sequences * heads.count, heads.shape.length, heads.size},
                                       rows.options().dtype(at::kFloat));
  const Bf16* from = rows.const_data_ptr<Bf16>();
  float* to = out_ATD.data_ptr<float>();
  const HeadColumns columns = heads.columns(part, parts);
  at::parallel_for(0, heads.shape.positions(), least_positions, [&](std::int64_t begin, std::int64_t end) {
    widen_heads(from, to, columns, {begin, end});
  });
  return out_ATD;
}

std::array<at::Tensor, 3> all_by_head(const at::Tensor& qkv_NC, const Heads& heads) {
  return {by_head(qkv_NC, heads, 0, 3), by_head(qkv_NC, heads, 1, 3), by_head(qkv_NC, heads, 2, 3)};
}

/// Parts, each [A, T, D], side by side in rows; rows beyond the positions are 0.
at::Tensor as_rows(const std::vector<at::Tensor>& parts, const Heads& heads) {
  const auto count = static_cast<std::int64_t>(parts.size());
  const std::int64_t positions = heads.shape.positions();
  const at::Tensor rows =
      at::empty({heads.shape.rows, count * heads.width()}, parts.front().options().dtype(at::kBFloat16));
  rows.narrow(0, positions, heads.shape.rows - positions).zero_();
  Bf16* to = rows.data_ptr<Bf16>();
  for (std::int64_t part = 0; part < count; ++part) {
    const at::Tensor ordered = parts[static_cast<std::size_t>(part)].contiguous();
    const float* from = ordered.const_data_ptr<float>();
    const HeadColumns columns = heads.columns(part, count);
    at::parallel_for(0, positions, least_positions, [&](std::int64_t begin, std::int64_t end) {
      narrow_heads(from, to, columns, {begin, end});
    });
  }
  return rows;
}

double score_scale(const Heads& heads) { return 1.0 / std::sqrt(static_cast<double>(heads.size)); }

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv_NC, const Heads& heads,
                            const at::Tensor& causal_TT, const std::optional<at::Tensor>& dropout_ATT) {
    const at::Tensor rows = qkv_NC.contiguous();
    const auto [q_ATD, k_ATD, v_ATD] = all_by_head(rows, heads);
    const std::int64_t length = heads.shape.length;
    const at::Tensor mask_ATT = causal_TT.expand({q_ATD.size(0), length, length});
    const at::Tensor scores_ATT = at::baddbmm(mask_ATT, q_ATD, k_ATD.transpose(1, 2), 1, score_scale(heads));
    const at::Tensor weights_ATT = at::softmax(scores_ATT, -1);
    context->saved_data["heads"] =
        std::vector<std::int64_t>{heads.shape.sequences, length, heads.shape.rows, heads.count, heads.size};
    if (!dropout_ATT.has_value()) {
      context->save_for_backward({rows, weights_ATT});
      return as_rows({at::bmm(weights_ATT, v_ATD)}, heads);
    }
    context->save_for_backward({rows, weights_ATT, *dropout_ATT});
    return as_rows({at::bmm(weights_ATT * *dropout_ATT, v_ATD)}, heads);
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const std::vector<std::int64_t> kept = context->saved_data["heads"].toIntVector();
    const Heads heads{{kept[0], kept[1], kept[2]}, kept[3], kept[4]};
    const at::Tensor &rows = saved[0], &weights_ATT = saved[1];
    const bool drops = saved.size() == 3;
    const auto [q_ATD, k_ATD, v_ATD] = all_by_head(rows, heads);
    const at::Tensor dy_ATD = by_head(gradients[0].contiguous(), heads, 0, 1);
    const at::Tensor used_ATT = drops ? weights_ATT * saved[2] : weights_ATT;
    const at::Tensor dv_ATD = at::bmm(used_ATT.transpose(1, 2), dy_ATD);
    at::Tensor dweights_ATT = at::bmm(dy_ATD, v_ATD.transpose(1, 2));
    if (drops) dweights_ATT.mul_(saved[2]);
    at::Tensor dscores_ATT = at::_softmax_backward_data(dweights_ATT, weights_ATT, -1, at::kFloat);
    dscores_ATT.mul_(score_scale(heads));
    const at::Tensor dq_ATD = at::bmm(dscores_ATT, k_ATD), dk_ATD = at::bmm(dscores_ATT.transpose(1, 2), q_ATD);
    return {as_rows({dq_ATD, dk_ATD, dv_ATD}, heads), Variable(), Variable(), Variable()};
  }
};

}  // namespace

at::Tensor attention(const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads, const at::Tensor& causal_TT,
                     const at::Tensor& dropout_ATT) {
  const std::optional<at::Tensor> dropout = dropout_ATT.defined() ? std::optional(dropout_ATT) : std::nullopt;
  const Heads of{shape, heads, qkv_NC.size(1) / 3 / heads};
  return AttentionFunction::apply(qkv_NC, of, causal_TT, dropout);
}

}  // namespace udrl::student
