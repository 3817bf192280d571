// The error of a linear map of mean states, and its gradient. Shapes: N tokens of R answers to Q requests, width C.
#include "critic_loss.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <vector>

namespace udrl::train {
namespace {

template <class T>
at::Tensor on(at::Device device, const std::vector<T>& values, at::ScalarType type) {
  return at::tensor(values, type).to(device);
}

/// A group's values, added up: [N], each one's group → [groups].
at::Tensor sums(const at::Tensor& values_N, const at::Tensor& group_N, std::int64_t groups) {
  return at::zeros({groups}, values_N.options()).index_add_(0, group_N, values_N);
}

at::Tensor sizes(const at::Tensor& group_N, std::int64_t groups) {
  return sums(at::ones(group_N.sizes(), group_N.options().dtype(at::kFloat)), group_N, groups);
}

/// Each value less the mean of its group.
at::Tensor less_means(const at::Tensor& values_R, const at::Tensor& group_R, std::int64_t groups) {
  const at::Tensor means_Q = sums(values_R, group_R, groups) / sizes(group_R, groups);
  return values_R - means_Q.index_select(0, group_R);
}

}  // namespace

double learn_critic(const student::Gpt2& model, const at::Tensor& hidden_NC, const JudgedBatch& batch,
                    const CriticHead& head, student::ForwardMode mode) {
  const at::Device device = hidden_NC.device();
  const std::int64_t answers = batch.answers.rows,
                     requests = *std::max_element(batch.requests.begin(), batch.requests.end()) + 1;
  at::Tensor error_R, gradient_NC;
  {
    const c10::NoGradGuard no_grad;
    const at::Tensor answer_N =
        on(device, batch.answers.positions, at::kLong).div(batch.answers.width, /*rounding_mode=*/"floor");
    const at::Tensor tokens_R = sizes(answer_N, answers), state_C = on(device, head.state, at::kFloat);
    const at::Tensor losses_N = model.losses(hidden_NC.detach(), on(device, batch.answers.targets, at::kLong), mode);
    const at::Tensor said_N = at::mv(hidden_NC.detach(), state_C) - head.log_prob * losses_N;
    const at::Tensor said_R = sums(said_N, answer_N, answers) / tokens_R;
    error_R =
        less_means(said_R, on(device, batch.requests, at::kLong), requests) - on(device, batch.returns, at::kFloat);
    // Errors add up to nothing within a request, so its mean has no part in the gradient.
    const at::Tensor each_R = error_R / tokens_R * (2 * head.weight / static_cast<double>(answers));
    gradient_NC = at::outer(each_R.index_select(0, answer_N), state_C);
  }
  hidden_NC.backward(gradient_NC);
  return error_R.square().mean().item<double>();
}

}  // namespace udrl::train
