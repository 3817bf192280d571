// A row of floats at length 1. Not for: anything larger.
#pragma once

#include <span>
#include <vector>

namespace udrl::lm {

/// L2-normalised; a row of zeros stays one. Throws `Error` (failure) if it is not finite.
std::vector<float> normalized(std::span<const float> row);

}  // namespace udrl::lm
