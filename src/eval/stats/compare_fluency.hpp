// How fluent every row is, beside the sampled teacher. Not for: reading (measure/score_rows.hpp).
#pragma once

#include "compare.hpp"
#include "comparison.hpp"

namespace udrl::eval {

/// Fills `fluency` of the results (counts, precision) and of every row; points of the curve are not judged. Nothing
/// where nobody read, or where a row that it counts from is not there.
void compare_fluency(Results& results, const Comparison& comparison, const CompareOptions& options);

}  // namespace udrl::eval
