// What a scorer makes of all rows' answers. Not for: the scorers and their cache (scoring.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "measure.hpp"
#include "scoring.hpp"
#include "systems/cases.hpp"

namespace udrl::eval {

/// Where a scorer's values are kept, and the hashes of the tasks that they depend on.
struct ScorePlace {
  std::filesystem::path folder;
  std::map<std::string, std::string> task_hashes;
};

/// Adds what one scorer makes of every answer; what is kept is not scored again.
void score_rows(std::vector<MeasuredRow>& rows, const CaseSet& set, const RelevanceScorer& scorer,
                const ScorePlace& place, Observer& observer);

}  // namespace udrl::eval
