// How varied a set of texts is. Not for: one text (repetition is a scorer, scorer.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "udrl/score/embeddings.hpp"

namespace udrl::score {

/// Distinct n-grams of words divided by all n-grams of the set (Li et al., 2016). Texts shorter than n give none; 0 if
/// there are none at all. It falls with the number of words: compare sets of equal size, cut to `at_most_words` words a
/// text (0: uncut).
double distinct_n(std::span<const std::string> texts, int n, int at_most_words = 0);

/// One minus the mean cosine over all pairs; rows L2-normalised. 0 for fewer than two.
double embedding_spread(std::span<const Vector> vectors);

}  // namespace udrl::score
