// A trainer small enough for tests, and how far two of its gradients are apart.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "optim/trainer.hpp"
#include "train/helpers.hpp"

namespace udrl::train::testing {

inline TrainerOptions tiny_trainer(OptimizerKind optimizer = OptimizerKind::adamw,
                                   Precision precision = Precision::fp32) {
  TrainerOptions options;
  options.model = {};
  options.model.vocab_size = 50;
  options.model.n_positions = 24;
  options.model.n_embd = 32;
  options.model.n_layer = 2;
  options.model.n_head = 2;
  options.optimizer.name = optimizer;
  options.device = test_device();
  options.precision = precision;
  options.gemm_backend = student::GemmChoice::mkl;
  return options;
}

inline double largest_difference(const std::map<std::string, std::vector<float>>& a,
                                 const std::map<std::string, std::vector<float>>& b) {
  REQUIRE_FALSE(a.empty());
  double largest = 0;
  for (const auto& [name, values] : a) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const double one = std::abs(double{values[i]} - b.at(name)[i]); !(one <= largest)) largest = one;  // NaN too
  }
  return largest;
}

}  // namespace udrl::train::testing
