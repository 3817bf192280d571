// GELU as GPT-2 has it, with tanh (Hendrycks and Gimpel, arXiv 1606.08415), forwards and back. Internal.
#pragma once

#include <ATen/core/Tensor.h>

namespace udrl::student {

/// Of each element. In float32 on processors several times as fast as LibTorch's, whose tanh would take a twentieth of
/// a training step; in bfloat16 on processors the whole layer around it is one function (bf16_layers.hpp).
at::Tensor tanh_gelu(const at::Tensor& x);

}  // namespace udrl::student
