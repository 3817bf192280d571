// The best of several answers to a case, as udrl-generate chooses (inference/ranker.hpp), at so many times the cost.
// Not for: asking (asking.hpp), or how long it takes (best_of_cost.hpp).
#pragma once

#include <vector>

#include "measure.hpp"
#include "udrl/lm/token_vectors.hpp"

namespace udrl::eval {

/// `draws[k][case]`, measured by the ranker's embedder alone, or by nobody where the student's critic alone chooses. Of
/// each case the valid answer that fits best or is worth most, as the draws' row says, of equal ones the first; where
/// none is valid, the best of all. `rough`: as for inference::Ranker.
std::vector<SystemAnswer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set,
                                       const lm::TokenVectors* rough);

}  // namespace udrl::eval
