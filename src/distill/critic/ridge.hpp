// Ridge regression: linear least squares that prefers small weights.
#pragma once

#include <span>
#include <vector>

namespace udrl::distill {

/// The w that minimises |A·w − b|² + lambda·|w|². `rows` is A, row after row, [b.size(), width]; `lambda` is above 0.
/// No constant is added: centre both sides where one is wanted.
std::vector<double> ridge_weights(std::span<const double> rows, std::span<const double> b, double lambda);

}  // namespace udrl::distill
