// Two evaluations beside each other: what was set otherwise, and what changed, case by case. Not for: systems of one
// evaluation (compare.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

struct CompareRunsOptions {
  std::vector<std::string> folders;  ///< two that udrl-eval wrote
  int resamples = 10'000;
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, CompareRunsOptions& options);

/// A row that both have, under a scorer that both have, over the cases of the main part that both asked.
struct Change {
  std::string row, scorer;
  std::size_t cases = 0, subjects = 0;
  double first = 0, second = 0;           ///< mean elaboration, invalid answers at the zero of their own evaluation
  score::Estimate elaboration, fidelity;  ///< second less first, paired by case, bootstrap over subjects
};

struct RunsCompared {
  std::vector<std::string> verdicts;   ///< of the two
  std::vector<std::string> otherwise;  ///< "decoding.temperature: 0.7, 0.9"
  std::vector<Change> changes;
};

/// Throws `Error` (user) where a folder holds no finished evaluation, or the two share no case.
RunsCompared compare_runs(const CompareRunsOptions& options);
std::string to_text(const RunsCompared& compared, const CompareRunsOptions& options);

}  // namespace udrl::eval
