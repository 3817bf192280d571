// What two texts have in common, in words and stems. Not for: scoring batches (scorer.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace udrl::score {

/// Share of the intent's content stems that occur in the answer; 0 where the intent has none.
double share_of_stems(std::string_view intent, std::string_view answer);
/// Length of the longest run of words that both hold.
int longest_shared_run(const std::vector<std::string>& a, const std::vector<std::string>& b);
/// Share of the bigrams of `words` that occurred before; 0 for fewer than two words.
double share_of_repeated_bigrams(const std::vector<std::string>& words);

}  // namespace udrl::score
