// Principal component analysis: fewer numbers that say nearly the same.
#pragma once

#include <vector>

namespace udrl::distill {

/// Rows of equal width, centred and projected on the `dimensions` directions in which they differ most, each then
/// L2-normalised; row after row. At most as many dimensions as the rows are wide.
std::vector<float> principal_parts(const std::vector<std::vector<float>>& rows, int dimensions);

}  // namespace udrl::distill
