// How far people, or people and a scorer, agree beyond chance. Not for: who is right.
#pragma once

#include <span>
#include <utility>
#include <vector>

namespace udrl::eval {

/// Cohen's kappa of two raters over the things that both rated, categories by number (Cohen, 1960, "A coefficient of
/// agreement for nominal scales"). NaN where there are none, or chance alone would make all agree.
double cohens_kappa(std::span<const std::pair<int, int>> both);

/// Krippendorff's alpha for categories, any number of raters, not all of whom rated everything: the ratings of each
/// thing (Krippendorff, 2004, "Content Analysis", ch. 11). NaN where no thing has two ratings, or all are the same.
double krippendorffs_alpha(const std::vector<std::vector<int>>& ratings);

}  // namespace udrl::eval
