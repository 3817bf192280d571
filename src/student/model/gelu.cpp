// GELU as an autograd function: its loops are in gelu_loops.cpp.
#include "gelu.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "gelu_loops.hpp"
#include "parallel.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Elsewhere, and in bfloat16, LibTorch's own.
bool is_for_loops(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

class GeluFunction : public torch::autograd::Function<GeluFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    if (!is_for_loops(x)) return at::gelu(x, "tanh");
    const at::Tensor from = x.contiguous(), y = at::empty_like(from);
    const float* in = from.const_data_ptr<float>();
    float* out = y.data_ptr<float>();
    at::parallel_for(0, from.numel(), worth_a_thread(1),
                     [&](std::int64_t begin, std::int64_t end) { gelu_forward(in + begin, out + begin, end - begin); });
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].contiguous(), dy = gradients[0].contiguous();
    if (!is_for_loops(x)) return {at::gelu_backward(dy, x, "tanh")};
    const at::Tensor dx = at::empty_like(x);
    const float *in = x.const_data_ptr<float>(), *gradient = dy.const_data_ptr<float>();
    float* out = dx.data_ptr<float>();
    at::parallel_for(0, x.numel(), worth_a_thread(1), [&](std::int64_t begin, std::int64_t end) {
      gelu_backward(in + begin, gradient + begin, out + begin, end - begin);
    });
    return {dx};
  }
};

}  // namespace

at::Tensor tanh_gelu(const at::Tensor& x) { return GeluFunction::apply(x); }

}  // namespace udrl::student
