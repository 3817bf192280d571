// Causal attention of one head of one sequence, there and back, in the cache of a core: Y = softmax(s·Q·Kᵀ)·V. Rows are
// read and written in bfloat16, all else is float32. Loops alone; threads and gradients are in bf16_attention.cpp.
// Internal. Not for: sequences whose T×T scores leave the cache, GPUs.
//
// The products are as small as T×T and T×D: LibTorch's batched ones take as long to begin as to multiply, know nothing
// of the half that the mask leaves out, and write every T×T matrix to memory. Shapes: T positions, D size of a head.
#pragma once

#include <cstdint>

#include "bf16_values.hpp"

namespace udrl::student {

/// Where a head of a sequence lies.
struct AttentionHead {
  const Bf16* queries;  ///< of the first position; keys and values lie `width` and twice as much after them
  std::int64_t width;   ///< of all heads; a position's row of queries, keys and values is thrice that
  std::int64_t length, size;
  const float* dropout;    ///< [T, T], by which weights are multiplied; null: by nothing
  float *largest, *share;  ///< [T]: of a row's scores, and 1 / Σ exp(score - largest); forward writes, backward reads
};

/// Floats that either of them needs for itself.
std::int64_t attention_scratch(std::int64_t length, std::int64_t size);

/// `y`: of the first position, rows of `width`.
void attention_forward(const AttentionHead& head, Bf16* y, float* scratch);
/// `dy` lies as y, `dqueries` as the queries, with the gradients of keys and values after it.
void attention_backward(const AttentionHead& head, const Bf16* dy, Bf16* dqueries, float* scratch);

}  // namespace udrl::student
