// Plain loops for the compiler to vectorise: with -ffast-math it calls the exp of glibc's vector library, and of each
// function makes one for every instruction set below, chosen when the program starts. Errors stay below 1e-6 (tested).
//
// ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715x³).
#include "gelu_loops.hpp"

#include <cmath>

#include "udrl/base/vector_clones.hpp"

namespace udrl::student {
namespace {

constexpr float twice_root = 1.5957691216057308F;  // 2√(2/π)
constexpr float cubic = 0.044715F;

/// exp(-2u), kept finite: -ffast-math takes 1/∞ for not a number.
inline float exp_of_minus_twice_u(float x) {
  const float exponent = -twice_root * (x + cubic * x * x * x);
  return std::exp(exponent < 80.0F ? exponent : 80.0F);
}

inline float sigmoid(float exp_of_minus) { return 1.0F / (1.0F + exp_of_minus); }

/// σ(1 - σ) is written e·σ², which keeps its last places where σ is nearly 1 and the factor after it is large.
inline float derivative(float x) {
  const float e = exp_of_minus_twice_u(x), s = sigmoid(e);
  return s + x * (e * s) * s * twice_root * (1.0F + 3.0F * cubic * x * x);
}

}  // namespace

UDRL_FOR_EACH_PROCESSOR void gelu_forward(const float* x, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * sigmoid(exp_of_minus_twice_u(x[i]));
}

UDRL_FOR_EACH_PROCESSOR void gelu_backward(const float* x, const float* dy, float* dx, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) dx[i] = dy[i] * derivative(x[i]);
}

}  // namespace udrl::student
