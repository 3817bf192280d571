// How the evaluation writes its figures. Not for: JSON.
#pragma once

#include <string>

#include "udrl/page/figures.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

using page::duration, page::fixed, page::megabytes, page::millions, page::percent, page::with_range;

/// "0.512 to 0.561"
inline std::string range_of(const score::Estimate& e, int decimals) { return page::range_of(e.low, e.high, decimals); }

}  // namespace udrl::eval
