// Frozen weights, and what they make of a batch.
#include "ensemble.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "rows.hpp"

namespace udrl::train {

Ensemble::Ensemble(const std::vector<student::TransformersFolder>& folders, double share, at::Device device)
    : share_(share) {
  const c10::NoGradGuard no_grad;
  for (const student::TransformersFolder& folder : folders) {
    auto model = std::make_unique<student::Gpt2>(folder.config(), 0, device);
    for (const student::Parameter& parameter : model->parameters())
      at::Tensor(parameter.value).copy_(to_tensor(folder.values(parameter.name), device).view_as(parameter.value));
    models_.push_back(std::move(model));
  }
}

void Ensemble::use(const student::GemmPlan& gemm) {
  for (const auto& model : models_) model->use(gemm);
}

student::Mixture Ensemble::of(const MicroBatch& batch, student::ForwardMode mode) const {
  const c10::NoGradGuard no_grad;
  student::Mixture mixture{share_, {}, {}};
  for (const auto& model : models_) {
    mixture.models.push_back(model.get());
    mixture.hidden_NC.push_back(learned_rows(*model, batch, {mode.bf16, false, 0}));
  }
  return mixture;
}

}  // namespace udrl::train
