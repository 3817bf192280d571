// The autograd functions around the loops of bf16_loops.cpp, and their threads.
#include "bf16_layers.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>

#include "bf16_loops.hpp"
#include "parallel.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

constexpr std::int64_t block_rows = 64;  // of one sum

/// f(sums, rows) for each block of rows, with `width` sums of its own; then all of them, added up in order.
template <class F>
at::Tensor sums_of_blocks(std::int64_t rows, std::int64_t width, const F& f) {
  const std::int64_t blocks = std::max<std::int64_t>(1, at::divup(rows, block_rows));
  const at::Tensor sums = at::zeros({blocks, width}, at::kFloat);
  float* all = sums.data_ptr<float>();
  at::parallel_for(0, blocks, worth_a_thread(block_rows * width), [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t block = from; block < to; ++block) {
      f(all + block * width, RowRange{block * block_rows, std::min(rows, (block + 1) * block_rows)});
    }
  });
  for (std::int64_t block = 1; block < blocks; ++block) add_floats(all + block * width, all, width);
  return sums.select(0, 0);
}

class FeedForwardFunction : public torch::autograd::Function<FeedForwardFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_NC, const Linear& in, const Linear& out) {
    const at::Tensor x = x_NC.contiguous(), in_used = in.weight_IO.in(true), out_used = out.weight_IO.in(true);
    const at::Tensor h_NI = at::mm(x, in_used), y_NI = at::empty_like(h_NI);
    context->save_for_backward(
        {x, h_NI, in.weight_IO.value(), in.bias_O, in_used, out.weight_IO.value(), out.bias_O, out_used});
    const Bf16* h = h_NI.const_data_ptr<Bf16>();
    const float* bias = in.bias_O.const_data_ptr<float>();
    Bf16* y = y_NI.data_ptr<Bf16>();
    const std::int64_t width = h_NI.size(1);
    at::parallel_for(0, h_NI.size(0), worth_a_thread(width), [&](std::int64_t from, std::int64_t to) {
      bias_gelu_forward(h, bias, y, {from, to}, width);
    });
    return at::addmm(out.bias_O.to(at::kBFloat16), y_NI, out_used);
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x_NC = saved[0], &h_NI = saved[1], &in_weight = saved[2], &in_bias = saved[3],
                     &in_used = saved[4], &out_weight = saved[5], &out_bias = saved[6], &out_used = saved[7];
    const at::Tensor dy_NC = gradients[0].contiguous();
    add_column_sums(out_bias, dy_NC);
    const at::Tensor dh_NI = at::mm(dy_NC, out_used.t()), y_NI = at::empty_like(h_NI);
    go_back_through_gelu(h_NI, in_bias, y_NI, dh_NI);
    add_product(out_weight, y_NI.t(), dy_NC);
    add_product(in_weight, x_NC.t(), dh_NI);
    return {at::mm(dh_NI, in_used.t()), Variable(), Variable()};
  }

 private:
  /// Leaves GELU's value in y, and in the place of its gradient that of h, whose sum is added to that of the bias.
  static void go_back_through_gelu(const at::Tensor& h_NI, const at::Tensor& bias_I, const at::Tensor& y_NI,
                                   const at::Tensor& gradient_NI) {
    const Bf16* h = h_NI.const_data_ptr<Bf16>();
    const float* bias = bias_I.const_data_ptr<float>();
    Bf16 *y = y_NI.data_ptr<Bf16>(), *gradient = gradient_NI.data_ptr<Bf16>();
    const std::int64_t width = h_NI.size(1);
    const at::Tensor sums = sums_of_blocks(h_NI.size(0), width, [&](float* of_block, RowRange rows) {
      bias_gelu_backward(h, bias, y, gradient, of_block, rows, width);
    });
    gradient_or_zeros(bias_I).add_(sums);
  }
};

class AddAndNormFunction : public torch::autograd::Function<AddAndNormFunction> {
 public:
  /// {y} or, where there is a part, {y, x + part}.
  static tensor_list forward(AutogradContext* context, const at::Tensor& x_NC, const std::optional<at::Tensor>& part_NC,
                             const at::Tensor& weight_C, const at::Tensor& bias_C, double epsilon) {
    const bool adds = part_NC.has_value();
    const at::Tensor x = x_NC.contiguous(), part = adds ? part_NC->contiguous() : at::Tensor();
    const at::Tensor sum = adds ? at::empty_like(x) : x;
    const at::Tensor y = at::empty(x.sizes(), x.options().dtype(at::kBFloat16));
    const std::int64_t rows = x.size(0);
    const at::Tensor moments = at::empty({2, rows}, x.options());
    context->save_for_backward({sum, moments, weight_C, bias_C});
    float* mean = moments.data_ptr<float>();
    const NormForward norm{.x = x.const_data_ptr<float>(),
                           .part = adds ? part.const_data_ptr<Bf16>() : nullptr,
                           .sum = adds ? sum.data_ptr<float>() : nullptr,
                           .weight = weight_C.const_data_ptr<float>(),
                           .bias = bias_C.const_data_ptr<float>(),
                           .epsilon = static_cast<float>(epsilon),
                           .y = y.data_ptr<Bf16>(),
                           .mean = mean,
                           .rate = mean + rows,
                           .width = x.size(1)};
    at::parallel_for(0, rows, worth_a_thread(x.size(1)), [&](std::int64_t from, std::int64_t to) {
      norm_forward(norm, {from, to});
    });
    if (adds) return {y, sum};
    return {y};
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &moments = saved[1], &weight_C = saved[2], &bias_C = saved[3];
    const bool adds = gradients.size() == 2;
    const at::Tensor dy = gradients[0].contiguous(), dsum = adds ? gradients[1].contiguous() : at::Tensor();
    const at::Tensor dx = at::empty_like(x), dpart = adds ? at::empty_like(dy) : at::Tensor();
    const std::int64_t rows = x.size(0), width = x.size(1);
    const float* mean = moments.const_data_ptr<float>();
    const NormBackward norm{.x = x.const_data_ptr<float>(),
                            .mean = mean,
                            .rate = mean + rows,
                            .weight = weight_C.const_data_ptr<float>(),
                            .dy = dy.const_data_ptr<Bf16>(),
                            .dsum = adds ? dsum.const_data_ptr<float>() : nullptr,
                            .dx = dx.data_ptr<float>(),
                            .dpart = adds ? dpart.data_ptr<Bf16>() : nullptr,
                            .width = width};
    const at::Tensor sums = sums_of_blocks(rows, 2 * width, [&](float* of_block, RowRange block) {
      norm_backward(norm, of_block, of_block + width, block);
    });
    gradient_or_zeros(weight_C).add_(sums.narrow(0, 0, width));
    gradient_or_zeros(bias_C).add_(sums.narrow(0, width, width));
    return {dx, dpart, Variable(), Variable(), Variable()};
  }
};

}  // namespace

bool is_bf16_on_cpu(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kBFloat16; }

void add_column_sums(const at::Tensor& bias_C, const at::Tensor& dy_NC) {
  const at::Tensor dy = dy_NC.contiguous();
  const Bf16* from = dy.const_data_ptr<Bf16>();
  const std::int64_t width = dy.size(1);
  gradient_or_zeros(bias_C).add_(sums_of_blocks(
      dy.size(0), width, [&](float* of_block, RowRange rows) { add_columns(from, of_block, rows, width); }));
}

void add_widened(const at::Tensor& sum, const at::Tensor& part) {
  const at::Tensor ordered = part.contiguous();
  const Bf16* from = ordered.const_data_ptr<Bf16>();
  float* to = sum.data_ptr<float>();
  at::parallel_for(0, sum.numel(), worth_a_thread(1),
                   [&](std::int64_t begin, std::int64_t end) { add_widened(from + begin, to + begin, end - begin); });
}

at::Tensor feed_forward(const at::Tensor& x_NC, const Linear& in, const Linear& out) {
  return FeedForwardFunction::apply(x_NC, in, out);
}

Normed add_and_norm(const at::Tensor& x_NC, const at::Tensor& part_NC, const at::Tensor& weight_C,
                    const at::Tensor& bias_C, double epsilon) {
  const std::optional<at::Tensor> part = part_NC.defined() ? std::optional(part_NC) : std::nullopt;
  const tensor_list out = AddAndNormFunction::apply(x_NC, part, weight_C, bias_C, epsilon);
  return {out[0], part ? out[1] : x_NC};
}

}  // namespace udrl::student
