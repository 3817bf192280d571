// What a scorer makes of all rows' answers. Not for: the scorers (scoring.hpp), and keeping values (value_cache.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "measure.hpp"
#include "scoring.hpp"
#include "systems/cases.hpp"
#include "value_cache.hpp"

namespace udrl::eval {

/// Where a scorer's values are kept, and the hashes of the tasks that they depend on.
struct ScorePlace {
  std::filesystem::path folder;
  std::map<std::string, std::string> task_hashes;
};

/// Adds what one scorer makes of every answer; what is kept is not scored again.
void score_rows(std::vector<MeasuredRow>& rows, const CaseSet& set, const RelevanceScorer& scorer,
                const ScorePlace& place, Observer& observer);

/// Whether texts are language, by one reader; what is kept is not read again.
class FluencyCache {
 public:
  FluencyCache(const FluencyReader& reader, const ScorePlace& place, Observer& observer);
  std::vector<double> read(std::span<const score::Candidate> answers);

 private:
  const FluencyReader& reader_;
  ValueCache cache_;
  Observer& observer_;
};

/// Sets `fluency` of the valid answers of the main part.
void read_fluency(std::vector<MeasuredRow>& rows, const CaseSet& set, FluencyCache& cache);

}  // namespace udrl::eval
