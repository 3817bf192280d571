// Linear layers and the embedding as autograd functions of our own.
#include "layers.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "bf16_layers.hpp"
#include "parallel.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

void add_to_gradient(const at::Tensor& parameter, const at::Tensor& part) {
  at::Tensor& gradient = parameter.mutable_grad();
  if (!gradient.defined()) {
    gradient = part.to(parameter.scalar_type());
  } else if (is_bf16_on_cpu(part) && gradient.is_contiguous()) {
    add_widened(gradient, part);
  } else {
    gradient.add_(part);
  }
}

void add_to_bias_gradient(const at::Tensor& bias, const at::Tensor& dy) {
  if (is_bf16_on_cpu(dy)) {
    add_column_sums(bias, dy);
  } else {
    add_to_gradient(bias, dy.sum(0, false, at::kFloat));
  }
}

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  /// `weight` and `bias` collect the gradients, `weight_used` may be a copy of the weight in another type.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& weight_used, std::int64_t gemm_bits) {
    const LayerGemm gemm = LayerGemm::from_bits(gemm_bits);
    const at::Tensor x_used = x.to(weight_used.scalar_type());
    context->save_for_backward({x_used, weight, bias, weight_used});
    context->saved_data["gemm"] = gemm_bits;
    context->saved_data["type"] = x.scalar_type();
    const WithBackend with(gemm.of(Form::forward));
    return at::addmm(bias.to(weight_used.scalar_type()), x_used, weight_used);
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &weight_used = saved[3];
    const LayerGemm gemm = LayerGemm::from_bits(context->saved_data["gemm"].toInt());
    const at::Tensor dy = gradients[0].contiguous();
    add_to_bias_gradient(bias, dy);
    {
      const WithBackend with(gemm.of(Form::weight_gradient));
      add_product(weight, x.t(), dy);
    }
    const WithBackend with(gemm.of(Form::input_gradient));
    const at::Tensor dx = at::mm(dy, weight_used.t());
    return {dx.to(context->saved_data["type"].toScalarType()), Variable(), Variable(), Variable(), Variable()};
  }
};

/// table[ids[n]] += rows[n], in the order of n: each thread has columns of its own, so the sums are always the same.
void add_rows(const at::Tensor& table_VC, const at::Tensor& ids_N, const at::Tensor& rows_NC) {
  if (table_VC.is_cuda()) {
    table_VC.index_add_(0, ids_N, rows_NC);
    return;
  }
  const std::int64_t rows = rows_NC.size(0), width = rows_NC.size(1);
  float* table = table_VC.data_ptr<float>();
  const float* from = rows_NC.data_ptr<float>();
  const std::int64_t* ids = ids_N.data_ptr<std::int64_t>();
  at::parallel_for(0, width, 32, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = 0; n < rows; ++n)
      for (std::int64_t c = begin; c < end; ++c) table[ids[n] * width + c] += from[n * width + c];
  });
}

class EmbeddingFunction : public torch::autograd::Function<EmbeddingFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& wte_VC, const at::Tensor& wpe_TC,
                            const at::Tensor& ids_BT) {
    context->save_for_backward({wte_VC, wpe_TC, ids_BT});
    const at::Tensor x_BTC = at::embedding(wte_VC, ids_BT).add_(wpe_TC.narrow(0, 0, ids_BT.size(1)));
    return x_BTC.view({-1, wte_VC.size(1)});
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &wte_VC = saved[0], &wpe_TC = saved[1], &ids_BT = saved[2];
    const at::Tensor dx_NC = gradients[0].contiguous();
    add_rows(gradient_or_zeros(wte_VC), ids_BT.reshape({-1}).contiguous(), dx_NC);
    const std::int64_t length = ids_BT.size(1);
    gradient_or_zeros(wpe_TC).narrow(0, 0, length).add_(dx_NC.view({-1, length, dx_NC.size(1)}).sum(0));
    return {Variable(), Variable(), Variable()};
  }
};

}  // namespace

at::Tensor Weight::in(bool bf16) const {
  if (!bf16) return value_.detach();
  if (!half_.defined() || version_ != value_._version()) {
    half_ = value_.detach().to(at::kBFloat16);
    version_ = static_cast<std::uint32_t>(value_._version());
  }
  return half_;
}

at::Tensor Linear::operator()(const at::Tensor& x_NI, bool bf16) const {
  return LinearFunction::apply(x_NI, weight_IO.value(), bias_O, weight_IO.in(bf16), gemm.bits());
}

at::Tensor embed(const at::Tensor& wte_VC, const at::Tensor& wpe_TC, const at::Tensor& ids_BT) {
  return EmbeddingFunction::apply(wte_VC, wpe_TC, ids_BT);
}

at::Tensor& gradient_or_zeros(const at::Tensor& parameter) {
  at::Tensor& gradient = parameter.mutable_grad();
  if (!gradient.defined()) gradient = at::zeros_like(parameter);
  return gradient;
}

void add_product(const at::Tensor& parameter, const at::Tensor& a, const at::Tensor& b) {
  at::Tensor& gradient = parameter.mutable_grad();
  if (gradient.defined() && a.scalar_type() == gradient.scalar_type()) {
    gradient.addmm_(a, b);
  } else {
    add_to_gradient(parameter, at::mm(a, b));
  }
}

}  // namespace udrl::student
