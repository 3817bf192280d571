// The loops of gelu.cpp, in a file of their own because it is compiled with -ffast-math. Internal.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace udrl::student {

/// y[i] = gelu(x[i])
void gelu_forward(const float* x, float* y, std::int64_t count);
void gelu_forward(const c10::BFloat16* x, c10::BFloat16* y, std::int64_t count);
/// dx[i] = dy[i] · gelu'(x[i])
void gelu_backward(const float* x, const float* dy, float* dx, std::int64_t count);
void gelu_backward(const c10::BFloat16* x, const c10::BFloat16* dy, c10::BFloat16* dx, std::int64_t count);

}  // namespace udrl::student
