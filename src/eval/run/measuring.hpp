// From answers to measured rows: controls made, texts examined, scorers run. Not for: comparing rows (compare.hpp).
#pragma once

#include "measure/asking.hpp"
#include "measure/prepared.hpp"
#include "stats/results.hpp"

namespace udrl::eval {

/// Fills `measured` and `scorers`, with values from the cache of the output folder where they are known.
void measure_all(Results& results, const EvalInputs& prepared, const Asking& asking, const EvalOptions& options,
                 Observer& observer);

}  // namespace udrl::eval
