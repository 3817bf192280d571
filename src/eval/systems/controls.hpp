// Controls: answers made without a model. One is the zero; the others are the cheats that a relevance figure might
// reward, and must FAIL, or nothing passes. Not for: how the verdict uses them (compare.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answers.hpp"
#include "cases.hpp"
#include "look_up.hpp"
#include "training.hpp"
#include "udrl/eval/systems.hpp"

namespace udrl::eval {

inline constexpr const char* shuffled_row = "shuffled";        ///< the teacher's answers to other intents: the zero
inline constexpr const char* bare_intent_row = "bare-intent";  ///< the intent, repeated
inline constexpr const char* frame_row = "frame";              ///< the most common training frame, subject put in
inline constexpr const char* intent_frame_row = "intent-in-frame";  ///< the same, the whole intent put in
inline constexpr const char* intent_tail_row = "intent-with-tail";  ///< the whole intent with the most common tail
inline constexpr const char* nearest_row = "nearest";  ///< the nearest training intent's best answer, subject replaced
inline constexpr const char* word_list_row = "word-list";  ///< the intent and a list of keywords that fit it

std::vector<Row> control_rows();

/// One answer a case, in their order.
std::vector<SystemAnswer> shuffled_answers(const std::vector<SystemAnswer>& answers, const CaseSet& set,
                                           std::uint64_t seed);
std::vector<SystemAnswer> bare_intent_answers(const CaseSet& set);
/// Made of what training's answers have in common, task by task (score/rewrite.hpp).
std::vector<SystemAnswer> frame_answers(const CaseSet& set, const TrainingView& training);
std::vector<SystemAnswer> intent_frame_answers(const CaseSet& set, const TrainingView& training);
std::vector<SystemAnswer> intent_tail_answers(const CaseSet& set, const TrainingView& training);
/// Of the nearest training intent's answers the one of the highest return, with the words that tell the two intents
/// apart exchanged (`score::made_over`): nobody tells it the subjects.
std::vector<SystemAnswer> nearest_answers(const CaseSet& set, const LookUp& look_up);
/// "INTENT, word, word, …": all that a relevance figure rewards, and no language.
std::vector<SystemAnswer> word_list_answers(const CaseSet& set, const LookUp& look_up);

}  // namespace udrl::eval
