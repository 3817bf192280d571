// How long the best of n answers takes, the ranker's choice included. Not for: which it is (best_of.hpp).
#pragma once

#include <optional>
#include <string>

#include "cost.hpp"

namespace udrl::eval {

/// A student's row of the best of n; null where it has none, and for a model: the best of its answers is only looked
/// at.
const Row* best_of_row(const System& system);

/// What chooses for the row: the embedder's identity, the critic's, or both. `row` is the system's.
std::string ranker_identity(const System& system, const Row& row, const lm::ModelOptions& embedder);

/// One request after another, each with all its answers at once. Nothing for a system without such a row. Throws
/// `stopped_error` when a stop is requested.
std::optional<BestOfCost> measure_best_of(const CostWork& work);

}  // namespace udrl::eval
