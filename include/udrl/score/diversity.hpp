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

/// Mean BLEU-4 of each text against all others as its references (Zhu et al., 2018, "Texygen"): 0 … 1, lower is more
/// varied. Words cut as above; a precision of none counts as 0.1 matches (Chen and Cherry, 2014, smoothing 1). 0 for
/// fewer than two texts. Time grows with the number of words.
double self_bleu(std::span<const std::string> texts, int at_most_words = 0);

/// Bytes of the texts, a line each, by their bytes after DEFLATE (Shaib et al., 2024, "Standardizing the measurement of
/// text diversity"): lower is more varied. Words cut as above. 0 for no words.
double compression_ratio(std::span<const std::string> texts, int at_most_words = 0);

/// The first words of a text, which sets are compared on; 0: all of it.
std::string cut_to_words(const std::string& text, int at_most_words);

/// One minus the mean cosine over all pairs; rows L2-normalised. 0 for fewer than two.
double embedding_spread(std::span<const Vector> vectors);

}  // namespace udrl::score
