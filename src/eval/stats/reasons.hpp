// Why no verdict can be given, and what has to be known of one. Not for: the verdict (verdict.hpp).
#pragma once

#include "results.hpp"

namespace udrl::eval {

/// Adds to the primary comparison's `withheld_because` and `caveats`. Its verdict, those of the second draw and of the
/// best of n, and those of every row's ratios must be there.
void give_reasons(Results& results);

}  // namespace udrl::eval
