// Intents that a teacher invents, in the manner of self-instruct (Wang et al., 2022, arXiv 2212.10560): shown
// random ones of a few groups, it lists some for another. Not for: intents from lists (lists.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lists.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

struct InventionOptions {
  std::uint64_t lists = 0;  ///< how many lists the teacher is asked for, of up to eight intents each
  std::uint64_t seed = 1;
  std::filesystem::path folder;  ///< its answers, one a line; those that are there are not asked again
  std::map<std::string, std::uint64_t>* counts = nullptr;  ///< failures are added to it
};

/// Gives what the teacher wrote, with the group that it was asked for and itself as its subject. `seeds` are
/// intents with groups. Throws `Error`: stopped on a stop request, failure if the teacher failed requests (they are
/// noted in failures.json of the folder and in `counts`, and the next run asks them again). Answers so far are kept.
void invented_intents(const InventionOptions& options, const std::vector<data::Intent>& seeds,
                      lm::LanguageModel& teacher, const RunContext& context, const TakeIntent& take);

}  // namespace udrl::distill
