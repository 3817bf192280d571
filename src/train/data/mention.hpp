// Which of its own words a sequence tells in hindsight, as the command ⟨mention⟩. Not for: proposing words for an
// answer that is not written yet (student/ideas.hpp).
#pragma once

#include <string>
#include <vector>

#include "entity_swap.hpp"
#include "samples.hpp"
#include "udrl/base/random.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::train {

/// One to five content words of the answer that the intent does not hold, folded, in the order drawn: each as readily
/// as `ideas` would propose it for the intent, so that training tells what will be told, or all alike where it is null.
/// None of an answer that is JSON, or has no such words.
std::vector<std::string> words_to_tell(const Sample& sample, const student::Ideas* ideas, RandomStream& random);

/// Replaces one of the told words by a drawn one, there and in the answer: a word that nothing else foretells has to be
/// carried over.
void swap_told(std::vector<std::string>& told, std::string& answer, const WordList& words, RandomStream& random);

/// Those that `answer` holds as whole words, as the command has them: "harbor, boats".
std::string told_in(const std::vector<std::string>& told, const std::string& answer);

}  // namespace udrl::train
