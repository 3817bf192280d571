// Returns asked for against returns that came, over all of the student's rows. Not for: one answer's (control.hpp).
#pragma once

#include "compare.hpp"

namespace udrl::eval {

/// Fills what `Results::return_control` leaves open, from the answers of the headline's part.
void compare_returns(Results& results, const CompareOptions& options);

}  // namespace udrl::eval
