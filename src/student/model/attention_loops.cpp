// Matrices are padded with zeros to whole vectors of 16 in both directions. One kernel multiplies: four rows of a
// result at once, their sums in registers; what is transposed on the left is read with other strides, what is
// transposed on the right has been written so.
//
// Back: P = softmax(S), S = s·Q·Kᵀ. dV = Pᵀ·dY, dP = dY·Vᵀ, dS = P ∘ (dP - Σ P ∘ dP), dQ = s·dS·K, dK = dSᵀ·(s·Q).
#include "attention_loops.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/vector_clones.hpp"

namespace udrl::student {
namespace {

constexpr std::int64_t lanes = 16, rows_at_once = 4, widest = 4;  // vectors of a row
using Vector = float __attribute__((vector_size(4 * lanes), aligned(4), may_alias));

inline __attribute__((always_inline)) std::int64_t padded(std::int64_t count) {
  return (count + lanes - 1) / lanes * lanes;
}

struct Matrix {
  float* values;
  std::int64_t stride;  // of a row

  float* row(std::int64_t at) const { return values + at * stride; }
};

/// The left side of a product: row r of column k is values[r·row + k·column].
struct Left {
  const float* values;
  std::int64_t row, column;
};

/// Of one head: sizes, and where in the scratch the next matrix may begin.
struct Room {
  std::int64_t length, size, positions, columns;  // the latter two padded
  float* next;
};

inline __attribute__((always_inline)) Room room_of(const AttentionHead& head, float* scratch) {
  return {head.length, head.size, padded(head.length), padded(head.size), scratch};
}

inline __attribute__((always_inline)) Matrix take(Room& room, std::int64_t rows, std::int64_t columns) {
  const Matrix taken{room.next, columns};
  room.next += rows * columns;
  return taken;
}

inline __attribute__((always_inline)) void fill(float* from, float* to, float value) {
  for (; from < to; ++from) *from = value;
}

/// [T, D] times a factor.
inline __attribute__((always_inline)) Matrix widen(Room& room, const Bf16* rows, std::int64_t stride, float factor) {
  const Matrix out = take(room, room.positions, room.columns);
  for (std::int64_t t = 0; t < room.length; ++t) {
    const Bf16* __restrict from = rows + t * stride;
    float* __restrict to = out.row(t);
    for (std::int64_t d = 0; d < room.size; ++d) to[d] = widened(from[d]) * factor;
    fill(to + room.size, to + room.columns, 0);
  }
  fill(out.row(room.length), out.row(room.positions), 0);
  return out;
}

/// [D, T]
inline __attribute__((always_inline)) Matrix widen_transposed(Room& room, const Bf16* rows, std::int64_t stride) {
  const Matrix out = take(room, room.columns, room.positions);
  for (std::int64_t t = 0; t < room.length; ++t) {
    const Bf16* __restrict from = rows + t * stride;
    float* __restrict to = out.values + t;
    for (std::int64_t d = 0; d < room.size; ++d) to[d * room.positions] = widened(from[d]);
  }
  for (std::int64_t d = 0; d < room.size; ++d) fill(out.row(d) + room.length, out.row(d + 1), 0);
  fill(out.row(room.size), out.row(room.columns), 0);
  return out;
}

inline __attribute__((always_inline)) void narrow(const Room& room, Matrix matrix, float factor, Bf16* rows,
                                                  std::int64_t stride) {
  for (std::int64_t t = 0; t < room.length; ++t) {
    const float* __restrict from = matrix.row(t);
    Bf16* __restrict to = rows + t * stride;
    for (std::int64_t d = 0; d < room.size; ++d) to[d].x = narrowed(from[d] * factor);
  }
}

/// Four rows of a product, `vectors` wide.
template <int vectors>
inline __attribute__((always_inline)) void four_rows(Left left, Matrix right, std::int64_t from, std::int64_t to,
                                                     Matrix out) {
  Vector sums[rows_at_once][vectors] = {};
  for (std::int64_t k = from; k < to; ++k) {
    const auto* of_row = reinterpret_cast<const Vector*>(right.row(k));
    const float* of_column = left.values + k * left.column;
#pragma GCC unroll 4
    for (int r = 0; r < rows_at_once; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums[r][v] += of_column[r * left.row] * of_row[v];
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows_at_once; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) reinterpret_cast<Vector*>(out.row(r))[v] = sums[r][v];
}

/// Four rows of left · right, summed over [from, to), and `columns` of them.
inline __attribute__((always_inline)) void multiply(Left left, Matrix right, std::int64_t from, std::int64_t to,
                                                    std::int64_t columns, Matrix out) {
  for (; columns >= widest * lanes; columns -= widest * lanes) {
    four_rows<widest>(left, right, from, to, out);
    right.values += widest * lanes, out.values += widest * lanes;
  }
  if (columns == 3 * lanes) four_rows<3>(left, right, from, to, out);
  if (columns == 2 * lanes) four_rows<2>(left, right, from, to, out);
  if (columns == lanes) four_rows<1>(left, right, from, to, out);
}

/// Of four rows from `row` on: the columns up to the diagonal, in whole vectors.
inline __attribute__((always_inline)) std::int64_t seen_by(std::int64_t row) { return padded(row + rows_at_once); }

/// rows · columns, as far as a position looks: [T, D] · [D, T].
inline __attribute__((always_inline)) Matrix scores(Room& room, Matrix rows, Matrix columns) {
  const Matrix out = take(room, room.positions, room.positions);
  for (std::int64_t t = 0; t < room.length; t += rows_at_once) {
    multiply({rows.row(t), rows.stride, 1}, columns, 0, room.size, seen_by(t), {out.row(t), out.stride});
  }
  return out;
}

/// weights · rows, of what a position looks at: [T, T] · [T, D].
inline __attribute__((always_inline)) void gather(const Room& room, Matrix weights, Matrix rows, Matrix out) {
  for (std::int64_t t = 0; t < room.length; t += rows_at_once) {
    multiply({weights.row(t), weights.stride, 1}, rows, 0, std::min(room.length, t + rows_at_once), room.columns,
             {out.row(t), out.stride});
  }
}

/// weightsᵀ · rows, of those that look at a position.
inline __attribute__((always_inline)) void spread(const Room& room, Matrix weights, Matrix rows, Matrix out) {
  for (std::int64_t t = 0; t < room.length; t += rows_at_once) {
    multiply({weights.values + t, 1, weights.stride}, rows, t, room.length, room.columns, {out.row(t), out.stride});
  }
}

inline __attribute__((always_inline)) float total_of(Vector values) {
  float total = 0;
  for (int lane = 0; lane < lanes; ++lane) total += values[lane];
  return total;
}

inline __attribute__((always_inline)) float largest_of(const float* x, std::int64_t count) {
  const auto* vectors = reinterpret_cast<const Vector*>(x);
  Vector best = vectors[0];
  for (std::int64_t v = 1; v < count / lanes; ++v) best = vectors[v] > best ? vectors[v] : best;
  float largest = best[0];
  for (int lane = 1; lane < lanes; ++lane) largest = best[lane] > largest ? best[lane] : largest;
  return largest;
}

inline __attribute__((always_inline)) float sum_of(const float* x, std::int64_t count) {
  Vector sums = {};
  for (std::int64_t v = 0; v < count / lanes; ++v) sums += reinterpret_cast<const Vector*>(x)[v];
  return total_of(sums);
}

inline __attribute__((always_inline)) float sum_of_products(const float* x, const float* y, std::int64_t count) {
  Vector sums = {};
  for (std::int64_t v = 0; v < count / lanes; ++v)
    sums += reinterpret_cast<const Vector*>(x)[v] * reinterpret_cast<const Vector*>(y)[v];
  return total_of(sums);
}

/// f(row, its columns up to the diagonal, in whole vectors), for each.
template <class F>
inline __attribute__((always_inline)) void for_each_row(const Room& room, const F& f) {
  for (std::int64_t t = 0; t < room.length; ++t) f(t, seen_by(t / rows_at_once * rows_at_once));
}

/// exp(score - largest) · share, and 0 beyond the diagonal.
inline __attribute__((always_inline)) void weigh(float* __restrict row, std::int64_t t, std::int64_t count,
                                                 float largest, float share) {
  for (std::int64_t j = 0; j < count; ++j) row[j] = exp_below(row[j], largest) * share;
  fill(row + t + 1, row + count, 0);
}

inline __attribute__((always_inline)) void drop(const AttentionHead& head, Matrix weights) {
  if (head.dropout == nullptr) return;
  for (std::int64_t t = 0; t < head.length; ++t) {
    const float* __restrict factors = head.dropout + t * head.length;
    float* __restrict row = weights.row(t);
    for (std::int64_t j = 0; j <= t; ++j) row[j] *= factors[j];
  }
}

inline __attribute__((always_inline)) float score_scale(const AttentionHead& head) {
  return 1.0F / std::sqrt(static_cast<float>(head.size));
}

}  // namespace

std::int64_t attention_scratch(std::int64_t length, std::int64_t size) {
  return 6 * padded(length) * padded(size) + 2 * padded(length) * padded(length);
}

UDRL_FOR_EACH_PROCESSOR void attention_forward(const AttentionHead& head, Bf16* y, float* scratch) {
  const std::int64_t stride = 3 * head.width;
  Room room = room_of(head, scratch);
  const Matrix queries = widen(room, head.queries, stride, score_scale(head));
  const Matrix keys = widen_transposed(room, head.queries + head.width, stride);
  const Matrix values = widen(room, head.queries + 2 * head.width, stride, 1);
  const Matrix weights = scores(room, queries, keys);
  for_each_row(
      room, [&](std::int64_t t, std::int64_t count) __attribute__((always_inline)) {
        float* row = weights.row(t);
        fill(row + t + 1, row + count, row[t]);  // a score that is there is never beyond the largest
        head.largest[t] = largest_of(row, count);
        weigh(row, t, count, head.largest[t], 1);
        head.share[t] = 1 / sum_of(row, count);
        for (std::int64_t j = 0; j <= t; ++j) row[j] *= head.share[t];
      });
  drop(head, weights);
  gather(room, weights, values, queries);  // in their place, whose rows have been read
  narrow(room, queries, 1, y, head.width);
}

UDRL_FOR_EACH_PROCESSOR void attention_backward(const AttentionHead& head, const Bf16* dy, Bf16* dqueries,
                                                float* scratch) {
  const std::int64_t stride = 3 * head.width;
  const float scale = score_scale(head);
  Room room = room_of(head, scratch);
  const Matrix queries = widen(room, head.queries, stride, scale);
  const Matrix keys = widen(room, head.queries + head.width, stride, 1);
  const Matrix keys_across = widen_transposed(room, head.queries + head.width, stride);
  const Matrix values_across = widen_transposed(room, head.queries + 2 * head.width, stride);
  const Matrix back = widen(room, dy, head.width, 1);
  const Matrix weights = scores(room, queries, keys_across), gradients = scores(room, back, values_across);
  drop(head, gradients);
  for_each_row(
      room, [&](std::int64_t t, std::int64_t count) __attribute__((always_inline)) {
        float* __restrict weight = weights.row(t);
        float* __restrict gradient = gradients.row(t);
        weigh(weight, t, count, head.largest[t], head.share[t]);
        const float mean = sum_of_products(weight, gradient, count);
        for (std::int64_t j = 0; j < count; ++j) gradient[j] = weight[j] * (gradient[j] - mean);
      });
  drop(head, weights);
  const Matrix out = take(room, room.positions, room.columns);
  gather(room, gradients, keys, out);
  narrow(room, out, scale, dqueries, stride);
  spread(room, gradients, queries, out);
  narrow(room, out, 1, dqueries + head.width, stride);
  spread(room, weights, back, out);
  narrow(room, out, 1, dqueries + 2 * head.width, stride);
}

}  // namespace udrl::student
