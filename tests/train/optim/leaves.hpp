// Tensors that ask for their gradient, and what they are compared by.
#pragma once

#include "aten.hpp"

namespace udrl::train::testing {

inline at::Tensor drawn(at::IntArrayRef shape, double deviation = 1) {
  return (at::randn(shape) * deviation).requires_grad_(true);
}

/// A leaf of the same values.
inline at::Tensor copy_of(const at::Tensor& value) { return value.detach().clone().requires_grad_(true); }

inline double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

/// Back through `y` with a gradient that differs from element to element.
inline void backward(const at::Tensor& y) {
  y.backward(at::arange(y.numel(), y.options().requires_grad(false)).view(y.sizes()).sin());
}

}  // namespace udrl::train::testing
