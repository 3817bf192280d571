// Returns asked for against returns that came, over all of the student's rows. Not for: one answer's (steering.hpp).
#pragma once

#include "compare.hpp"

namespace udrl::eval {

/// Fills what `Results::return_steering` leaves open, from the answers of the main part.
void compare_returns(Results& results, const CompareOptions& options);

}  // namespace udrl::eval
