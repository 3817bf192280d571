// GPT-2's forward pass as the paper says it, in double precision and plain loops: what the exports are measured
// against.
#pragma once

#include <vector>

#include "tiny.hpp"

namespace tiny {

/// Logits of every position: [ids.size()][vocab].
std::vector<std::vector<double>> reference_logits(const udrl::student::StudentConfig& config, const Weights& weights,
                                                  const std::vector<int>& ids);

}  // namespace tiny
