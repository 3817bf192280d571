// exp of many floats that are not above 0, by vector instructions of the processor at hand. Not for: exactness beyond a
// relative error of 1e-6, or positive arguments.
#pragma once

#include <span>

namespace udrl::lm {

/// e^x for x ≤ 0; 0 below −87 and at −∞.
float fast_exp(float x);

/// Σ exp(scale·(xᵢ − shift)); shift is at least the largest x, scale > 0.
float sum_exp(std::span<const float> x, float shift, float scale);

/// The largest of x, NaN apart; −∞ if there is none.
float largest_of(std::span<const float> x);

}  // namespace udrl::lm
