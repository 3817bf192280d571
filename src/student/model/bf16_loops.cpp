// Plain loops for the compiler to vectorise, of each one for every instruction set, chosen when the program starts.
// Without -ffast-math, which would take the rounding of exp2_of apart: sums are kept in lanes by hand instead.
//
// ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715x³).
#include "bf16_loops.hpp"

#include <cmath>
#include <limits>

#include "udrl/base/vector_clones.hpp"

namespace udrl::student {
namespace {

constexpr std::int64_t lanes = 16;
constexpr float twice_root = 1.5957691216057308F;  // 2√(2/π)
constexpr float cubic = 0.044715F;

/// Between -10 and 10 nothing overflows, and beyond GELU is 0 or x to all places of bfloat16.
inline __attribute__((always_inline)) float at_least_minus_10(float x) { return x < -10.0F ? -10.0F : x; }
inline __attribute__((always_inline)) float at_most_10(float x) { return x > 10.0F ? 10.0F : x; }

struct Gelu {
  float value, derivative;
};

/// σ(1 - σ) is written e·σ², which keeps its last places where σ is nearly 1 and the factor after it is large.
inline __attribute__((always_inline)) Gelu gelu_of(float x) {
  const float low = at_least_minus_10(x), z = at_most_10(low), square = z * z;
  const float e = exp2_of<Exp2Terms::six>(-twice_root * log2_e * z * (1.0F + cubic * square)), s = 1.0F / (1.0F + e);
  return {low * s, s + z * (e * s) * s * twice_root * (1.0F + 3.0F * cubic * square)};
}

inline __attribute__((always_inline)) float total_of(const float* sums) {
  float total = 0;
  for (std::int64_t j = 0; j < lanes; ++j) total += sums[j];
  return total;
}

inline __attribute__((always_inline)) float sum_of(const float* x, std::int64_t width) {
  float sums[lanes] = {};
  std::int64_t c = 0;
  for (; c + lanes <= width; c += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += x[c + j];
  for (; c < width; ++c) sums[0] += x[c];
  return total_of(sums);
}

inline __attribute__((always_inline)) float squares_about(float mean, const float* x, std::int64_t width) {
  float sums[lanes] = {};
  std::int64_t c = 0;
  for (; c + lanes <= width; c += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += (x[c + j] - mean) * (x[c + j] - mean);
  for (; c < width; ++c) sums[0] += (x[c] - mean) * (x[c] - mean);
  return total_of(sums);
}

/// The bits of a value as a whole number in its order, and back; integers' maxima are vectorised, those of floats not.
inline __attribute__((always_inline)) std::int16_t ordered(std::uint16_t bits) {
  const auto whole = static_cast<std::int16_t>(bits);
  return static_cast<std::int16_t>(whole ^ ((whole >> 15) & 0x7FFF));
}

struct Softmax {
  float largest, sum;  ///< of exp(x - largest)
};

inline __attribute__((always_inline)) Softmax softmax_of(const Bf16* x, std::int64_t width) {
  auto best = std::numeric_limits<std::int16_t>::min();
  for (std::int64_t c = 0; c < width; ++c) {
    const std::int16_t key = ordered(x[c].x);
    best = key > best ? key : best;
  }
  const float largest = from_bits(static_cast<std::uint16_t>(ordered(static_cast<std::uint16_t>(best))));
  float sums[lanes] = {};
  std::int64_t c = 0;
  for (; c + lanes <= width; c += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += exp_below(widened(x[c + j]), largest);
  for (; c < width; ++c) sums[0] += exp_below(widened(x[c]), largest);
  return {largest, total_of(sums)};
}

inline __attribute__((always_inline)) float loss_at(const Softmax& softmax, const Bf16& logit) {
  return std::log(softmax.sum) - (widened(logit) - softmax.largest);
}

struct RowSums {
  float gradient, product;  ///< of g and of g·x̂, g = dy·weight
};

/// Of one row; adds its part of the gradients of weight and bias.
inline __attribute__((always_inline)) RowSums sums_of_row(const NormBackward& norm, std::int64_t row,
                                                          float* __restrict weight_sums, float* __restrict bias_sums) {
  const float* __restrict x = norm.x + row * norm.width, * __restrict weight = norm.weight;
  const Bf16* __restrict dy = norm.dy + row * norm.width;
  const float mean = norm.mean[row], rate = norm.rate[row];
  float sums[lanes] = {}, products[lanes] = {};
  const auto add = [&](std::int64_t c, std::int64_t lane) __attribute__((always_inline)) {
    const float gradient = widened(dy[c]), normed = (x[c] - mean) * rate, g = gradient * weight[c];
    weight_sums[c] += gradient * normed;
    bias_sums[c] += gradient;
    sums[lane] += g;
    products[lane] += g * normed;
  };
  std::int64_t c = 0;
  for (; c + lanes <= norm.width; c += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) add(c + j, j);
  for (; c < norm.width; ++c) add(c, 0);
  return {total_of(sums), total_of(products)};
}

/// dx = rate·(g - mean of g - x̂·mean of g·x̂), and what came back to the sum itself.
template <bool of_sum>
inline __attribute__((always_inline)) void spread_over_row(const NormBackward& norm, std::int64_t row, RowSums sums) {
  const std::int64_t at = row * norm.width;
  const float* __restrict x = norm.x + at, * __restrict weight = norm.weight;
  const float* __restrict dsum = of_sum ? norm.dsum + at : nullptr;
  const Bf16* __restrict dy = norm.dy + at;
  float* __restrict dx = norm.dx + at;
  Bf16* __restrict dpart = of_sum ? norm.dpart + at : nullptr;
  const float mean = norm.mean[row], rate = norm.rate[row], share = 1.0F / static_cast<float>(norm.width);
  const float g_mean = sums.gradient * share, product_mean = sums.product * share;
  for (std::int64_t c = 0; c < norm.width; ++c) {
    const float normed = (x[c] - mean) * rate;
    float value = rate * (widened(dy[c]) * weight[c] - g_mean - normed * product_mean);
    if constexpr (of_sum) {
      value += dsum[c];
      dpart[c].x = narrowed(value);
    }
    dx[c] = value;
  }
}

}  // namespace

UDRL_FOR_EACH_PROCESSOR void bias_gelu_forward(const Bf16* h, const float* bias, Bf16* y, RowRange rows,
                                               std::int64_t width) {
  for (std::int64_t row = rows.from; row < rows.to; ++row) {
    const Bf16* __restrict from = h + row * width;
    Bf16* __restrict to = y + row * width;
    for (std::int64_t c = 0; c < width; ++c) to[c].x = narrowed(gelu_of(widened(from[c]) + bias[c]).value);
  }
}

UDRL_FOR_EACH_PROCESSOR void bias_gelu_backward(const Bf16* h, const float* bias, Bf16* y, Bf16* gradient, float* sums,
                                                RowRange rows, std::int64_t width) {
  const float* __restrict added = bias;
  float* __restrict column_sums = sums;
  for (std::int64_t row = rows.from; row < rows.to; ++row) {
    const Bf16* __restrict from = h + row * width;
    Bf16* __restrict to = y + row * width, * __restrict changed = gradient + row * width;
    for (std::int64_t c = 0; c < width; ++c) {
      const Gelu gelu = gelu_of(widened(from[c]) + added[c]);
      const std::uint16_t dh = narrowed(widened(changed[c]) * gelu.derivative);
      to[c].x = narrowed(gelu.value);
      changed[c].x = dh;
      column_sums[c] += from_bits(dh);
    }
  }
}

UDRL_FOR_EACH_PROCESSOR void norm_forward(const NormForward& norm, RowRange rows) {
  const std::int64_t width = norm.width;
  const float* __restrict weight = norm.weight, * __restrict bias = norm.bias;
  for (std::int64_t row = rows.from; row < rows.to; ++row) {
    const float* x = norm.x + row * width;
    if (norm.part != nullptr) {
      const float* __restrict from = x;
      const Bf16* __restrict part = norm.part + row * width;
      float* __restrict sum = norm.sum + row * width;
      for (std::int64_t c = 0; c < width; ++c) sum[c] = from[c] + widened(part[c]);
      x = sum;
    }
    const float share = 1.0F / static_cast<float>(width), mean = sum_of(x, width) * share;
    const float rate = 1.0F / std::sqrt(squares_about(mean, x, width) * share + norm.epsilon);
    Bf16* __restrict y = norm.y + row * width;
    for (std::int64_t c = 0; c < width; ++c) y[c].x = narrowed((x[c] - mean) * rate * weight[c] + bias[c]);
    norm.mean[row] = mean;
    norm.rate[row] = rate;
  }
}

UDRL_FOR_EACH_PROCESSOR void norm_backward(const NormBackward& norm, float* weight_sums, float* bias_sums,
                                           RowRange rows) {
  for (std::int64_t row = rows.from; row < rows.to; ++row) {
    const RowSums sums = sums_of_row(norm, row, weight_sums, bias_sums);
    norm.dsum != nullptr ? spread_over_row<true>(norm, row, sums) : spread_over_row<false>(norm, row, sums);
  }
}

UDRL_FOR_EACH_PROCESSOR void add_columns(const Bf16* x, float* sums, RowRange rows, std::int64_t width) {
  float* __restrict to = sums;
  std::int64_t row = rows.from;
  for (; row + 4 <= rows.to; row += 4) {
    const Bf16* __restrict from = x + row * width;
    for (std::int64_t c = 0; c < width; ++c) {
      to[c] +=
          (widened(from[c]) + widened(from[c + width])) + (widened(from[c + 2 * width]) + widened(from[c + 3 * width]));
    }
  }
  for (; row < rows.to; ++row)
    for (std::int64_t c = 0; c < width; ++c) to[c] += widened(x[row * width + c]);
}

UDRL_FOR_EACH_PROCESSOR void add_widened(const Bf16* from, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += widened(from[i]);
}

UDRL_FOR_EACH_PROCESSOR void add_floats(const float* from, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

UDRL_FOR_EACH_PROCESSOR float cross_entropy(const Bf16* logits, std::int64_t width, std::int64_t target) {
  return loss_at(softmax_of(logits, width), logits[target]);
}

UDRL_FOR_EACH_PROCESSOR float cross_entropy_backward(Bf16* logits, std::int64_t width, std::int64_t target,
                                                     float scale) {
  const Softmax softmax = softmax_of(logits, width);
  const float loss = loss_at(softmax, logits[target]), share = 1.0F / softmax.sum;
  const float target_share = exp_below(widened(logits[target]), softmax.largest) * share;
  for (std::int64_t c = 0; c < width; ++c)
    logits[c].x = narrowed(exp_below(widened(logits[c]), softmax.largest) * share * scale);
  logits[target].x = narrowed((target_share - 1.0F) * scale);
  return loss;
}

}  // namespace udrl::student
