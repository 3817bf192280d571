// AdamW and Muon over ATen. Not for: clipping, averaging (trainer.cpp), learning rates over time (schedule.cpp).
#include "optimizers.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <utility>

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

/// The orthogonal matrices nearest to a batch of wide ones, roughly: a quintic Newton-Schulz iteration whose
/// coefficients push all singular values into about 0.7 … 1.2 within five steps. [n, R, C], R ≤ C, float32.
at::Tensor orthogonal(const at::Tensor& x_nRC, bool bf16) {
  at::Tensor x = x_nRC / (x_nRC.norm(2, {-2, -1}, true) + 1e-7);
  if (bf16) x = x.to(at::kBFloat16);
  for (int i = 0; i < 5; ++i) {
    const at::Tensor a = at::bmm(x, x.transpose(-2, -1));
    x = at::baddbmm(x, at::baddbmm(a, a, a, -4.7750, 2.0315), x, 3.4445, 1);
  }
  return x.to(at::kFloat);
}

/// A matrix that is made orthogonal by itself: all columns of a parameter, or the queries', keys' or values' of c_attn,
/// which are three side by side.
struct Part {
  std::size_t matrix;
  std::int64_t column, rows, columns;

  bool tall() const { return rows > columns; }
  at::Tensor of(const at::Tensor& all_IO) const { return all_IO.narrow(1, column, columns); }
  /// So that parts of one size can be batched, whichever way they lie. Its own inverse.
  at::Tensor wide(const at::Tensor& part) const { return tall() ? part.transpose(0, 1) : part; }
  /// So that one learning rate fits all shapes (Jordan et al., 2024).
  double scale() const { return std::sqrt(std::max(1.0, static_cast<double>(columns) / static_cast<double>(rows))); }
};

/// Muon (Jordan et al., 2024). Parts of one size are made orthogonal together, in batches that stay small beside a
/// step's activations.
class Muon : public Optimizer {
 public:
  Muon(std::vector<student::Parameter> matrices, const OptimizerOptions& options, bool bf16)
      : matrices_(std::move(matrices)), options_(options), bf16_(bf16) {
    for (const student::Parameter& matrix : matrices_) {
      values_.push_back(matrix.value);
      momentum_.push_back(at::zeros_like(matrix.value).detach());
    }
    make_batches(1);
  }

  void step(double lr_share) override {
    const double lr = options_.muon_lr * lr_share;
    const Tensors grads = gradients_of(values_);
    at::_foreach_lerp_(momentum_, grads, 1 - options_.momentum);
    at::_foreach_mul_(values_, 1 - lr * options_.weight_decay);
    if (ranks_ != nullptr && ranks_->are_several()) return step_together(grads, lr);
    for (const Batch& batch : batches_) apply(batch, orthogonal_nRC(batch, grads), lr);
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out;
    for (std::size_t i = 0; i < matrices_.size(); ++i) out.push_back({"muon." + matrices_[i].name, momentum_[i]});
    return out;
  }

  void divide(const Ranks& ranks, int lanes) override {
    ranks_ = &ranks;
    lanes_ = lanes;
    make_batches(static_cast<std::size_t>(lanes));
  }

 private:
  static constexpr std::int64_t batch_values = 1 << 24;  // 64 MiB in float32

  struct Batch {
    std::vector<Part> parts;
    int lane = 0;

    std::int64_t elements() const {
      return static_cast<std::int64_t>(parts.size()) * parts.front().rows * parts.front().columns;
    }
  };

  void make_batches(std::size_t lanes) {
    std::vector<std::vector<Part>> same_size;
    for (std::size_t i = 0; i < matrices_.size(); ++i) add_parts(i, same_size);
    batches_.clear();
    for (const std::vector<Part>& parts : same_size) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const auto from = parts.begin() + static_cast<std::ptrdiff_t>(parts.size() * lane / lanes);
        const auto to = parts.begin() + static_cast<std::ptrdiff_t>(parts.size() * (lane + 1) / lanes);
        if (from != to) batches_.push_back({{from, to}, static_cast<int>(lane)});
      }
    }
  }

  void add_parts(std::size_t matrix, std::vector<std::vector<Part>>& same_size) const {
    const std::int64_t parts = matrices_[matrix].name.find("c_attn") != std::string::npos ? 3 : 1;
    const std::int64_t rows = values_[matrix].size(0), columns = values_[matrix].size(1) / parts;
    for (std::int64_t i = 0; i < parts; ++i) add_part({matrix, i * columns, rows, columns}, same_size);
  }

  static void add_part(const Part& part, std::vector<std::vector<Part>>& same_size) {
    const auto fits = [&](const std::vector<Part>& parts) {
      const Part& first = parts.front();
      const bool same = std::minmax(first.rows, first.columns) == std::minmax(part.rows, part.columns);
      return same && static_cast<std::int64_t>(parts.size() + 1) * part.rows * part.columns <= batch_values;
    };
    const auto found = std::find_if(same_size.begin(), same_size.end(), fits);
    if (found == same_size.end()) same_size.push_back({part});
    else found->push_back(part);
  }

  at::Tensor orthogonal_nRC(const Batch& batch, const Tensors& grads) const {
    Tensors directions;
    for (const Part& part : batch.parts) {
      const at::Tensor grad = part.of(grads[part.matrix]);
      directions.push_back(part.wide(grad.lerp(part.of(momentum_[part.matrix]), options_.momentum)));  // Nesterov
    }
    return orthogonal(at::stack(directions), bf16_);
  }

  void apply(const Batch& batch, const at::Tensor& steps_nRC, double lr) const {
    for (std::size_t i = 0; i < batch.parts.size(); ++i) {
      const Part& part = batch.parts[i];
      const at::Tensor step = part.wide(steps_nRC[static_cast<std::int64_t>(i)]);
      part.of(values_[part.matrix]).add_(step, -lr * part.scale());
    }
  }

  /// Each process computes the batches of its lanes; the sum of what all have, and of zeros, is all.
  void step_together(const Tensors& grads, double lr) {
    std::int64_t size = 0;
    for (const Batch& batch : batches_) size += batch.elements();
    at::Tensor all = at::zeros({size}, momentum_.front().options());
    const auto piece_of = [&all, at = std::int64_t{0}](const Batch& batch) mutable {
      return all.narrow(0, std::exchange(at, at + batch.elements()), batch.elements());
    };
    auto own = piece_of;
    for (const Batch& batch : batches_) {
      const at::Tensor piece = own(batch);
      if (batch.lane / (lanes_ / ranks_->size()) == ranks_->rank())
        piece.copy_(orthogonal_nRC(batch, grads).reshape({-1}));
    }
    ranks_->add_up(all);
    auto any = piece_of;
    for (const Batch& batch : batches_) {
      const Part& first = batch.parts.front();
      const auto [rows, columns] = std::minmax(first.rows, first.columns);
      apply(batch, any(batch).view({-1, rows, columns}), lr);
    }
  }

  std::vector<student::Parameter> matrices_;
  OptimizerOptions options_;
  bool bf16_;
  const Ranks* ranks_ = nullptr;
  int lanes_ = 1;
  Tensors values_, momentum_;
  std::vector<Batch> batches_;
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
