// The loops of gelu.cpp, in a file of their own because it is compiled with -ffast-math. Internal.
#pragma once

#include <cstdint>

namespace udrl::student {

/// y[i] = gelu(x[i])
void gelu_forward(const float* x, float* y, std::int64_t count);
/// dx[i] = dy[i] · gelu'(x[i])
void gelu_backward(const float* x, const float* dy, float* dx, std::int64_t count);

}  // namespace udrl::student
