// The optimizers of the trainer. Internal: torch.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "ranks/ranks.hpp"
#include "udrl/student/gpt2.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

/// Updates its parameters in place from their `.grad()`; to be called without recording gradients.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual void step(double lr_share) = 0;
  /// Of several processes each may do a part of what follows, if it comes to the same bits as one that does all: work
  /// that is divided is cut into `lanes` pieces however many processes there are. `ranks` must outlive it.
  virtual void divide(const Ranks& ranks, int lanes) {
    (void)ranks;
    (void)lanes;
  }
  /// What a saved state holds; the tensors share storage with the optimizer, so that loading writes into them.
  virtual std::vector<NamedTensor> state() const = 0;
};

/// AdamW (Loshchilov and Hutter, 2019), fused; decay on tensors of two dimensions only.
std::unique_ptr<Optimizer> make_adamw(std::vector<student::Parameter> parameters, const OptimizerOptions& options);
/// Muon (Jordan et al., 2024): momentum, then the nearest orthogonal matrix by five Newton-Schulz steps. `bf16`: those
/// steps in bfloat16. Several processes divide the matrices among themselves.
std::unique_ptr<Optimizer> make_muon(std::vector<student::Parameter> matrices, const OptimizerOptions& options,
                                     bool bf16);

/// What `options.name` asks for.
std::vector<std::unique_ptr<Optimizer>> make_optimizers(const std::vector<student::Parameter>& parameters,
                                                        const OptimizerOptions& options, bool bf16);

}  // namespace udrl::train
