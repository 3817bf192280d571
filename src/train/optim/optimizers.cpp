// AdamW and Muon over ATen. Not for: clipping, averaging (trainer.cpp), learning rates over time (schedule.cpp).
#include "optimizers.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>

namespace udrl::train {
namespace {

using Tensors = std::vector<at::Tensor>;

Tensors gradients_of(const Tensors& values) {
  Tensors grads;
  for (const at::Tensor& value : values) grads.push_back(value.grad());
  return grads;
}

/// Parameters that share one weight decay.
struct AdamGroup {
  double decay = 0;
  std::vector<std::string> names;
  Tensors values, first, second;

  void add(const student::Parameter& parameter) {
    names.push_back(parameter.name);
    values.push_back(parameter.value);
    first.push_back(at::zeros_like(parameter.value).detach());
    second.push_back(at::zeros_like(parameter.value).detach());
  }
};

class AdamW : public Optimizer {
 public:
  AdamW(const std::vector<student::Parameter>& parameters, const OptimizerOptions& options) : options_(options) {
    groups_[0].decay = options.weight_decay;
    for (const student::Parameter& parameter : parameters) groups_[parameter.value.dim() >= 2 ? 0 : 1].add(parameter);
    steps_ = at::zeros({}, parameters.front().value.options().requires_grad(false));
  }

  void step(double lr_share) override {
    steps_.add_(1);
    for (AdamGroup& group : groups_) update(group, options_.lr * lr_share);
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out{{"adamw.steps", steps_}};
    for (const AdamGroup& group : groups_) {
      for (std::size_t i = 0; i < group.names.size(); ++i) {
        out.push_back({"adamw.first." + group.names[i], group.first[i]});
        out.push_back({"adamw.second." + group.names[i], group.second[i]});
      }
    }
    return out;
  }

 private:
  void update(AdamGroup& group, double lr) {
    if (group.values.empty()) return;
    const Tensors steps(group.values.size(), steps_);
    at::_fused_adamw_(group.values, gradients_of(group.values), group.first, group.second, {}, steps, lr,
                      options_.beta1, options_.beta2, group.decay, options_.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false);
    // Fused optimizers, unlike other changes in place, do not count as one; what is derived from weights goes by that.
    for (const at::Tensor& value : group.values) torch::autograd::impl::bump_version(value);
  }

  OptimizerOptions options_;
  AdamGroup groups_[2];  // with decay, without
  at::Tensor steps_;
};

/// The orthogonal matrix nearest to `x`, roughly: a quintic Newton-Schulz iteration whose coefficients push all
/// singular values into about 0.7 … 1.2 within five steps. [R, C] or a batch of them.
at::Tensor orthogonal(at::Tensor x, bool bf16) {
  const bool tall = x.size(-2) > x.size(-1);
  if (tall) x = x.transpose(-2, -1);
  x = x / (x.norm(2, {-2, -1}, true) + 1e-7);
  if (bf16) x = x.to(at::kBFloat16);
  for (int i = 0; i < 5; ++i) {
    const at::Tensor a = at::matmul(x, x.transpose(-2, -1));
    const at::Tensor b = a * -4.7750 + at::matmul(a, a) * 2.0315;
    x = x * 3.4445 + at::matmul(b, x);
  }
  return (tall ? x.transpose(-2, -1) : x).to(at::kFloat);
}

class Muon : public Optimizer {
 public:
  Muon(std::vector<student::Parameter> matrices, const OptimizerOptions& options, bool bf16)
      : matrices_(std::move(matrices)), options_(options), bf16_(bf16) {
    for (const student::Parameter& matrix : matrices_) momentum_.push_back(at::zeros_like(matrix.value).detach());
  }

  void step(double lr_share) override {
    for (std::size_t i = 0; i < matrices_.size(); ++i) update(i, options_.muon_lr * lr_share);
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out;
    for (std::size_t i = 0; i < matrices_.size(); ++i) out.push_back({"muon." + matrices_[i].name, momentum_[i]});
    return out;
  }

 private:
  void update(std::size_t i, double lr) {
    at::Tensor weight_IO = matrices_[i].value;
    const at::Tensor grad = weight_IO.grad();
    momentum_[i].lerp_(grad, 1 - options_.momentum);
    const at::Tensor nesterov = grad.lerp(momentum_[i], options_.momentum);
    weight_IO.mul_(1 - lr * options_.weight_decay);
    // c_attn is three matrices side by side: queries, keys, values.
    const std::int64_t parts = matrices_[i].name.find("c_attn") != std::string::npos ? 3 : 1;
    const std::vector<at::Tensor> columns = weight_IO.chunk(parts, 1), directions = nesterov.chunk(parts, 1);
    for (std::size_t part = 0; part < columns.size(); ++part) {
      const double in = static_cast<double>(weight_IO.size(0)), out = static_cast<double>(columns[part].size(1));
      const double scale = std::sqrt(std::max(1.0, out / in));  // so that one rate fits all shapes
      at::Tensor column = columns[part];
      column.add_(orthogonal(directions[part], bf16_), -lr * scale);
    }
  }

  std::vector<student::Parameter> matrices_;
  OptimizerOptions options_;
  bool bf16_;
  Tensors momentum_;
};

bool is_block_matrix(const student::Parameter& parameter) {
  return parameter.value.dim() == 2 && parameter.name.find(".h.") != std::string::npos;
}

}  // namespace

std::unique_ptr<Optimizer> make_adamw(std::vector<student::Parameter> parameters, const OptimizerOptions& options) {
  return std::make_unique<AdamW>(parameters, options);
}

std::unique_ptr<Optimizer> make_muon(std::vector<student::Parameter> matrices, const OptimizerOptions& options,
                                     bool bf16) {
  return std::make_unique<Muon>(std::move(matrices), options, bf16);
}

std::vector<std::unique_ptr<Optimizer>> make_optimizers(const std::vector<student::Parameter>& parameters,
                                                        const OptimizerOptions& options, bool bf16) {
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  if (options.name == OptimizerKind::adamw) {
    optimizers.push_back(make_adamw(parameters, options));
    return optimizers;
  }
  std::vector<student::Parameter> matrices, rest;
  for (const student::Parameter& parameter : parameters)
    (is_block_matrix(parameter) ? matrices : rest).push_back(parameter);
  optimizers.push_back(make_muon(matrices, options, bf16));
  optimizers.push_back(make_adamw(rest, options));
  return optimizers;
}

}  // namespace udrl::train
