// A few products, timed.
#include "machine_rate.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>

namespace udrl::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double seconds_a_shape = 0.15;
constexpr int least_products = 2;

/// Reading a value waits for a GPU.
void wait_for(const at::Tensor& value) { (void)value.flatten()[0].item<float>(); }

double seconds_of_product(const at::Tensor& x_NI, const at::Tensor& weight_IO) {
  const Clock::time_point start = Clock::now();
  wait_for(at::mm(x_NI, weight_IO));
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The quickest of a few, after one that compiles what is compiled for a shape.
double rate_of(std::int64_t rows, std::int64_t in, std::int64_t out, at::TensorOptions options) {
  const at::Tensor x_NI = at::full({rows, in}, 0.5, options), weight_IO = at::full({in, out}, 0.25, options);
  double all = 0, quickest = seconds_of_product(x_NI, weight_IO);
  for (int i = 0; i < least_products || all < seconds_a_shape; ++i) {
    const double seconds = seconds_of_product(x_NI, weight_IO);
    quickest = std::min(quickest, seconds);
    all += seconds;
  }
  return 2.0 * static_cast<double>(rows * in * out) / std::max(quickest, 1e-9);
}

}  // namespace

double machine_rate(const RateQuestion& q) {
  const c10::NoGradGuard no_grad;
  const at::TensorOptions options = at::TensorOptions(at::Device(q.device)).dtype(q.bf16 ? at::kBFloat16 : at::kFloat);
  const std::int64_t width = q.model.n_embd, inner = q.model.inner();
  return std::max({rate_of(q.rows, width, 3 * width, options), rate_of(q.rows, width, inner, options),
                   rate_of(q.rows, inner, width, options)});
}

}  // namespace udrl::train
