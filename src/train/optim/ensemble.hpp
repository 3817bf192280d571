// Students from which another one learns: the mean of their distributions (Hinton et al. 2015, arXiv 1503.02531; of
// several small language models, Timiryasov and Tastet 2023, arXiv 2308.02019). Internal. Not for: which folders are
// fit for it (run/distil.hpp).
#pragma once

#include <memory>
#include <vector>

#include "data/batches.hpp"
#include "udrl/student/gemm.hpp"
#include "udrl/student/gpt2.hpp"
#include "udrl/student/transformers_folder.hpp"

namespace udrl::train {

class Ensemble {
 public:
  Ensemble() = default;
  /// `share`: of what they make of a token in what is learned; the rest is the token itself.
  Ensemble(const std::vector<student::TransformersFolder>& folders, double share, at::Device device);

  bool is_empty() const { return models_.empty(); }
  /// The libraries that multiply their matrices, as the run's model has them.
  void use(const student::GemmPlan& gemm);
  /// What to learn beside a batch's targets. `mode`: that of the model that learns; nothing is dropped here.
  student::Mixture of(const MicroBatch& batch, student::ForwardMode mode) const;

 private:
  double share_ = 0;
  std::vector<std::unique_ptr<student::Gpt2>> models_;
};

}  // namespace udrl::train
