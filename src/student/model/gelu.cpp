// GELU as an autograd function: its loops are in gelu_loops.cpp.
#include "gelu.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "gelu_loops.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t least_elements = 4096;  // of a thread

template <class Real>
void forward_on_threads(const at::Tensor& x, const at::Tensor& y) {
  const Real* in = x.const_data_ptr<Real>();
  Real* out = y.data_ptr<Real>();
  at::parallel_for(0, x.numel(), least_elements,
                   [&](std::int64_t from, std::int64_t to) { gelu_forward(in + from, out + from, to - from); });
}

template <class Real>
void backward_on_threads(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& dx) {
  const Real *in = x.const_data_ptr<Real>(), *gradient = dy.const_data_ptr<Real>();
  Real* out = dx.data_ptr<Real>();
  at::parallel_for(0, x.numel(), least_elements, [&](std::int64_t from, std::int64_t to) {
    gelu_backward(in + from, gradient + from, out + from, to - from);
  });
}

class GeluFunction : public torch::autograd::Function<GeluFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    if (!x.is_cpu()) return at::gelu(x, "tanh");
    const at::Tensor from = x.contiguous(), y = at::empty_like(from);
    from.scalar_type() == at::kBFloat16 ? forward_on_threads<at::BFloat16>(from, y)
                                        : forward_on_threads<float>(from, y);
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].contiguous(), dy = gradients[0].contiguous();
    if (!x.is_cpu()) return {at::gelu_backward(dy, x, "tanh")};
    const at::Tensor dx = at::empty_like(x);
    x.scalar_type() == at::kBFloat16 ? backward_on_threads<at::BFloat16>(x, dy, dx)
                                     : backward_on_threads<float>(x, dy, dx);
    return {dx};
  }
};

}  // namespace

at::Tensor tanh_gelu(const at::Tensor& x) { return GeluFunction::apply(x); }

}  // namespace udrl::student
