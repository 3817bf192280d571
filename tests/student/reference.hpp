// The plain forward pass that exports are proved by, for weights that are in memory.
#pragma once

#include <vector>

#include "tiny.hpp"

namespace tiny {

/// Logits of every position: [ids.size()][vocab].
std::vector<std::vector<double>> reference_logits(const udrl::student::StudentConfig& config, const Weights& weights,
                                                  const std::vector<int>& ids);

}  // namespace tiny
