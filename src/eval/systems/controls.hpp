// Controls: answers made without a model. One is the floor; the others are the cheats that a relevance figure might
// reward, and must FAIL, or nothing passes. Not for: how the verdict uses them (compare.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answers.hpp"
#include "cases.hpp"
#include "training.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval {

inline constexpr const char* shuffled_row = "shuffled";        ///< the teacher's answers to other intents: the floor
inline constexpr const char* bare_intent_row = "bare-intent";  ///< the intent, repeated
inline constexpr const char* frame_row = "frame";              ///< the commonest training frame, the subject put in
inline constexpr const char* nearest_row = "nearest";  ///< the nearest training intent's best answer, subject swapped

std::vector<Row> control_rows();

/// One answer a case, in their order.
std::vector<SystemAnswer> shuffled_answers(const std::vector<SystemAnswer>& answers, const CaseSet& set,
                                           std::uint64_t seed);
std::vector<SystemAnswer> bare_intent_answers(const CaseSet& set);
/// The frame of a answer is what is left when its subject is taken out. Of frames equally common the first in the
/// sample. Where no answer of a task names its subject, the subject alone.
std::vector<SystemAnswer> frame_answers(const CaseSet& set, const TrainingView& training);
/// Nearest by the cosine of the embeddings; of that intent's answers the one of the highest return.
std::vector<SystemAnswer> nearest_answers(const CaseSet& set, const TrainingView& training,
                                          lm::LanguageModel& embedder);

/// Every occurrence of `from` as whole words, in any case (ASCII), replaced by `to`; a capital at its beginning stays.
std::string with_subject(const std::string& text, const std::string& from, const std::string& to);

}  // namespace udrl::eval
