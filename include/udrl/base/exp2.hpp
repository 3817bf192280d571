// 2^t in a few vector instructions, for loops that compilers vectorise (vector_clones.hpp). Not for: exactness.
#pragma once

#include <bit>
#include <cstdint>

namespace udrl {

/// How many terms of the series are taken.
enum class Exp2Terms { six, seven };

/// 2^t for |t| ≤ 127, to 3e-6 of it with six terms and 2e-7 with seven. What is not a number stays so.
template <Exp2Terms terms>
inline __attribute__((always_inline)) float exp2_of(float t) {
  const float shifted = t + 12582912.0F;  // 1.5·2^23: the sum's low bits hold t rounded to an integer
  const float f = t - (shifted - 12582912.0F);
  float p = 1.3333558e-3F;  // 2^f on [-½, ½], Taylor coefficients ln(2)^k / k!
  if constexpr (terms == Exp2Terms::seven) p = 1.5403530e-4F * f + 1.3333558e-3F;
  p = p * f + 9.6181291e-3F;
  p = p * f + 5.5504109e-2F;
  p = p * f + 2.4022651e-1F;
  p = p * f + 6.9314718e-1F;
  p = p * f + 1.0F;
  const std::uint32_t exponent = std::bit_cast<std::uint32_t>(shifted) << 23U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + exponent);
}

}  // namespace udrl
