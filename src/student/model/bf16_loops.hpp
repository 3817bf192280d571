// What stands between two products in bfloat16 on processors, each in one pass over memory: read and written in
// bfloat16, computed in float32. Loops alone; threads and gradients are in bf16_layers.cpp and head.cpp. Internal.
// Not for: float32, GPUs.
#pragma once

#include <cstdint>

#include "bf16_values.hpp"

namespace udrl::student {

/// From a row to before another.
struct RowRange {
  std::int64_t from, to;
};

/// y = gelu(h + bias), row by row.
void bias_gelu_forward(const Bf16* h, const float* bias, Bf16* y, RowRange rows, std::int64_t width);
/// y once more, and in the place of its gradient that of h, whose sum over these rows is added to `sums`.
void bias_gelu_backward(const Bf16* h, const float* bias, Bf16* y, Bf16* gradient, float* sums, RowRange rows,
                        std::int64_t width);

/// A layer norm of x, or of x + part where there is a part.
struct NormForward {
  const float* x;
  const Bf16* part;            ///< or null
  float* sum;                  ///< x + part; null where `part` is
  const float *weight, *bias;  ///< of a column
  float epsilon;
  Bf16* y;
  float *mean, *rate;  ///< of a row, for the way back; rate: 1 / deviation
  std::int64_t width;
};
void norm_forward(const NormForward& norm, RowRange rows);

struct NormBackward {
  const float* x;  ///< what was normed
  const float *mean, *rate, *weight;
  const Bf16* dy;
  const float* dsum;  ///< what came back to x + part itself; null where there was no part
  float* dx;          ///< of x, `dsum` included
  Bf16* dpart;        ///< the same once more; null where `dsum` is
  std::int64_t width;
};
/// Adds the gradients of weight and bias to the sums.
void norm_backward(const NormBackward& norm, float* weight_sums, float* bias_sums, RowRange rows);

/// sums[c] += the sum of column c over these rows.
void add_columns(const Bf16* x, float* sums, RowRange rows, std::int64_t width);
/// to[i] += from[i]
void add_widened(const Bf16* from, float* to, std::int64_t count);
void add_floats(const float* from, float* to, std::int64_t count);

/// −log softmax of a row at `target`, nats.
float cross_entropy(const Bf16* logits, std::int64_t width, std::int64_t target);
/// The same, and scale times its gradient in the place of the logits.
float cross_entropy_backward(Bf16* logits, std::int64_t width, std::int64_t target, float scale);

}  // namespace udrl::student
