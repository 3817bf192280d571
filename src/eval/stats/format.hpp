// How the evaluation writes its figures. Not for: JSON.
#pragma once

#include <string>

#include "udrl/page/figures.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

using page::duration, page::fixed, page::megabytes, page::millions, page::percent, page::with_range;

/// "0.512 to 0.561"
inline std::string range_of(const score::Estimate& e, int decimals) { return page::range_of(e.low, e.high, decimals); }

/// "about 4,300 subjects": of what would decide, two digits are known. Beyond reach where the figure is next to its
/// margin: "more than 100,000 subjects".
std::string about(double n, const std::string& things);

}  // namespace udrl::eval
