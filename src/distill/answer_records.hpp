// Answers of a model as records: what stages that ask have in common. Not for: what is asked (synthesize.cpp,
// answer.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_set>

#include "udrl/data/record.hpp"
#include "udrl/distill/task.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

/// Answers between two flushes: what a kill -9 may cost.
inline constexpr std::uint64_t flush_every = 32;

/// What was said, normalised, becomes the record's; `finish` is `rejected`, with the rule in `rejected_by`, if it is no
/// sample. `text` is the answer as it is to be kept.
void take_answer(data::Record& record, const lm::Completion& answer, const std::string& text, const Task& task);
/// The name under which a record is counted: its finish, or "rejected_RULE".
std::string outcome_of(const data::Record& record);
/// Ids of what earlier runs wrote (a torn last line is repaired), and their outcomes, added to `counts`.
std::unordered_set<std::string> read_answered(const std::filesystem::path& folder,
                                              std::map<std::string, std::uint64_t>& counts);

}  // namespace udrl::distill
