// One value of bfloat16 in the loops of bf16_loops.cpp and attention_loops.cpp, inlined so that they are vectorised.
// Internal. Not for: whole tensors (at::Tensor::to).
#pragma once

#include <c10/util/BFloat16.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "udrl/base/exp2.hpp"

namespace udrl::student {

using Bf16 = c10::BFloat16;

inline __attribute__((always_inline)) float from_bits(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

/// By reference: what is copied whole, compilers do not vectorise.
inline __attribute__((always_inline)) float widened(const Bf16& value) { return from_bits(value.x); }

/// To the nearest, to the even of two; as c10::BFloat16 does it.
inline __attribute__((always_inline)) std::uint16_t narrowed(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U;
  return static_cast<std::uint16_t>(std::isnan(value) ? 0x7FC0U : rounded);
}

constexpr float log2_e = 1.44269504F;

/// exp(x - largest), not below 2^-126.
inline __attribute__((always_inline)) float exp_below(float x, float largest) {
  const float t = (x - largest) * log2_e;
  return exp2_of<Exp2Terms::six>(t < -126.0F ? -126.0F : t);
}

}  // namespace udrl::student
