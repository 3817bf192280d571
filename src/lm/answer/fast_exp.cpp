// Loops that compilers turn into vector instructions, compiled for several instruction sets where the compiler can
// choose between them when the program starts. Not for: exactness beyond a relative error of 1e-6.
#include "fast_exp.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "udrl/base/exp2.hpp"
#include "udrl/base/vector_clones.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t lanes = 16;

inline __attribute__((always_inline)) float exp_below_zero(float x) {
  const float result = exp2_of<Exp2Terms::seven>(std::max(x, -88.0F) * 1.44269504F);
  return x < -87.0F ? 0.0F : result;
}

}  // namespace

float fast_exp(float x) { return exp_below_zero(x); }

UDRL_FOR_EACH_PROCESSOR
float sum_exp(std::span<const float> x, float shift, float scale) {
  float sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) sums[j] += exp_below_zero((x[i + j] - shift) * scale);
  }
  for (; i < x.size(); ++i) sums[0] += exp_below_zero((x[i] - shift) * scale);
  float total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

UDRL_FOR_EACH_PROCESSOR
float largest_of(std::span<const float> x) {
  float best[lanes];
  std::fill(best, best + lanes, -std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) best[j] = x[i + j] > best[j] ? x[i + j] : best[j];
  }
  for (; i < x.size(); ++i) best[0] = x[i] > best[0] ? x[i] : best[0];
  return *std::max_element(best, best + lanes);
}

}  // namespace udrl::lm
