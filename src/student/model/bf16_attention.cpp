// Attention of bfloat16 rows as an autograd function around the loops of attention_loops.cpp, and their threads.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <vector>

#include "attention_loops.hpp"
#include "bf16_layers.hpp"
#include "parallel.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

/// Of one pass: what the heads of all sequences read and write.
struct Heads {
  RowShape shape;
  std::int64_t count, size;
  const Bf16* qkv;
  const float* dropout;  // [B·H, T, T], or null
  float* moments;        // [2, B·H, T]: largest and share (AttentionHead)

  std::int64_t width() const { return count * size; }
  std::int64_t all() const { return shape.sequences * count; }
  /// Of that head, counted through all sequences, in rows that are `parts` times as wide as all heads.
  std::int64_t begins(std::int64_t head, std::int64_t parts) const {
    return head / count * shape.length * parts * width() + head % count * size;
  }
  AttentionHead at(std::int64_t head) const {
    const std::int64_t length = shape.length;
    return {.queries = qkv + begins(head, 3),
            .width = width(),
            .length = length,
            .size = size,
            .dropout = dropout == nullptr ? nullptr : dropout + head * length * length,
            .largest = moments + head * length,
            .share = moments + (all() + head) * length};
  }
};

/// f(head, scratch), for each. A head is one thread's alone, so it is the same whatever the threads.
template <class F>
void for_each_head(const Heads& heads, const F& f) {
  const std::int64_t values = heads.shape.length * (heads.shape.length + heads.size);
  at::parallel_for(0, heads.all(), worth_a_thread(values), [&](std::int64_t from, std::int64_t to) {
    std::vector<float> scratch(static_cast<std::size_t>(attention_scratch(heads.shape.length, heads.size)));
    for (std::int64_t head = from; head < to; ++head) f(head, scratch.data());
  });
}

/// Rows of which the positions are written and the filler is 0.
at::Tensor rows_of(RowShape shape, std::int64_t width) {
  const at::Tensor rows = at::empty({shape.rows, width}, at::kBFloat16);
  rows.narrow(0, shape.positions(), shape.rows - shape.positions()).zero_();
  return rows;
}

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv_NC, RowShape shape, std::int64_t count,
                            const std::optional<at::Tensor>& dropout_ATT) {
    const at::Tensor rows = qkv_NC.contiguous(), moments_2AT = at::empty({2, shape.sequences * count, shape.length});
    context->saved_data["shape"] = std::vector<std::int64_t>{shape.sequences, shape.length, shape.rows, count};
    tensor_list kept{rows, moments_2AT};
    if (dropout_ATT.has_value()) kept.push_back(dropout_ATT->contiguous());
    const Heads heads = heads_of(kept, shape, count);
    const at::Tensor y_NC = rows_of(shape, heads.width());
    Bf16* y = y_NC.data_ptr<Bf16>();
    for_each_head(heads, [&](std::int64_t head, float* scratch) {
      attention_forward(heads.at(head), y + heads.begins(head, 1), scratch);
    });
    context->save_for_backward(std::move(kept));
    return y_NC;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const std::vector<std::int64_t> shape = context->saved_data["shape"].toIntVector();
    const tensor_list kept = context->get_saved_variables();
    const Heads heads = heads_of(kept, {shape[0], shape[1], shape[2]}, shape[3]);
    const at::Tensor dy_NC = gradients[0].contiguous(), dqkv_NC = rows_of(heads.shape, 3 * heads.width());
    const Bf16* dy = dy_NC.const_data_ptr<Bf16>();
    Bf16* dqkv = dqkv_NC.data_ptr<Bf16>();
    for_each_head(heads, [&](std::int64_t head, float* scratch) {
      attention_backward(heads.at(head), dy + heads.begins(head, 1), dqkv + heads.begins(head, 3), scratch);
    });
    return {dqkv_NC, Variable(), Variable(), Variable()};
  }

 private:
  /// Of rows, moments and, where something is dropped, its factors.
  static Heads heads_of(const tensor_list& kept, RowShape shape, std::int64_t count) {
    return {shape,
            count,
            kept[0].size(1) / 3 / count,
            kept[0].const_data_ptr<Bf16>(),
            kept.size() == 3 ? kept[2].const_data_ptr<float>() : nullptr,
            kept[1].data_ptr<float>()};
  }
};

}  // namespace

at::Tensor attention(const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads, const at::Tensor& dropout_ATT) {
  const std::optional<at::Tensor> dropout = dropout_ATT.defined() ? std::optional(dropout_ATT) : std::nullopt;
  return AttentionFunction::apply(qkv_NC, shape, heads, dropout);
}

}  // namespace udrl::student
