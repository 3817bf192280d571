// Layers of GPT-2 for bfloat16 on processors, with backward passes of their own: what stands between two products reads
// and writes bfloat16 in one pass (bf16_loops.hpp), and what was bfloat16 is not kept in float32. Internal. Not for:
// float32, GPUs.
//
// Sums over rows are taken in blocks of rows, whatever the threads, so they are always the same.
// Shapes: N rows, C width, I width within the feed-forward layer.
#pragma once

#include <ATen/core/Tensor.h>

#include "layers.hpp"

namespace udrl::student {

/// Whether these layers are for it.
bool is_bf16_on_cpu(const at::Tensor& x);

/// The gradient of a bias: adds the sum of dy's rows to it.
void add_column_sums(const at::Tensor& bias_C, const at::Tensor& dy_NC);
/// float32 += bfloat16, in one pass.
void add_widened(const at::Tensor& sum, const at::Tensor& part);

/// gelu(x·W + b)·W' + b' of bfloat16 rows. Of the values within only x·W is kept; GELU is computed once more on the way
/// back, together with its gradient.
at::Tensor feed_forward(const at::Tensor& x_NC, const Linear& in, const Linear& out);

/// Causal attention of bfloat16 rows, each head in the cache of a core: [N, 3·C] → [N, C], rows beyond the positions 0.
/// Within it is float32 (attention_loops.hpp). What is kept for the way back are the rows, and two numbers a row of
/// scores. Weights are multiplied by `dropout_ATT`, float32, where it is defined, A = B·heads.
at::Tensor attention(const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads, const at::Tensor& dropout_ATT);

struct Normed {
  at::Tensor y_NC;    ///< the norm of the sum, bfloat16
  at::Tensor sum_NC;  ///< x + part, float32
};

/// A part, bfloat16, is added to the residual stream x, float32, and the sum is normed. Without a part (undefined) the
/// sum is x. Leaves the gradients of weight and bias in them when it is gone through backwards.
Normed add_and_norm(const at::Tensor& x_NC, const at::Tensor& part_NC, const at::Tensor& weight_C,
                    const at::Tensor& bias_C, double epsilon);

}  // namespace udrl::student
