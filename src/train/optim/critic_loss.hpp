// What a model's states say of the answers that it wrote, as a part of its loss. Not for: which answers
// (data/judged.hpp), or the critic's weights, which udrl-distill critic fits.
#pragma once

#include <ATen/core/Tensor.h>

#include "data/judged.hpp"
#include "trainer.hpp"
#include "udrl/student/gpt2.hpp"

namespace udrl::train {

/// Adds the gradient of weight · error to that of every parameter; returns the error, the mean square over the batch's
/// answers of what the head makes of one less its return. `hidden_NC`: `Gpt2::hidden` at the batch's positions, called
/// with gradients on.
double learn_critic(const student::Gpt2& model, const at::Tensor& hidden_NC, const JudgedBatch& batch,
                    const CriticHead& head, student::ForwardMode mode);

}  // namespace udrl::train
