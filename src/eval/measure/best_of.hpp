// The best of several answers to a case, by the scorers that made the labels: what a student that is asked for the top
// return was trained to imitate, at so many times the cost. Not for: asking (asking.hpp).
#pragma once

#include <vector>

#include "real_returns.hpp"

namespace udrl::eval {

/// `draws[k][case]`, measured by the label scorers alone. Of each case the valid answer of the highest real return, of
/// equal ones the first; the first of all where none is valid.
std::vector<SystemAnswer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set, RealReturns& returns);

/// Throws `Error` (user) where the returns cannot be told.
void require_returns(const RealReturns& returns, const Row& row);

}  // namespace udrl::eval
