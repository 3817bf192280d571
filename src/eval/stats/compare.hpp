// From measured answers to figures with intervals and a verdict. Not for: measuring (measure.hpp), or layout
// (report.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "results.hpp"

namespace udrl::eval {

struct CompareOptions {
  std::size_t draws = 10'000;
  std::uint64_t seed = 1;
  double margin = 0.95;  ///< of the primary comparison's relevance; every ratio is judged at 1.00 too
  double diversity_margin = 0.94;
  int diversity_words = 12;
  std::string reference;            ///< row of the primary comparison
  std::string diversity_reference;  ///< the sampled teacher's row
};

/// The other margin, beside the one that is asked for.
inline constexpr double parity = 1.0;

/// Fewer subjects than this decide nothing: a bootstrap of few clusters is too sure of itself.
inline constexpr std::size_t fewest_subjects = 20;

/// Fewer training seeds are said to be few, where there are several.
inline constexpr int fewest_seeds = 5;

/// Fills rows, scorers' verdicts and primary comparison of `results` from its cases, measured rows and scorers (with
/// their gates and damage). The row `shuffled` must be there. Subjects are resampled, and with them the training seeds
/// of each system, and within a seed the draws of each row.
void compare(Results& results, const CompareOptions& options);

/// How small a share of `replaced` among the values `own` would be told.
Precision precision_over(const std::vector<double>& own, const std::vector<double>& replaced,
                         const std::vector<std::size_t>& clusters, const score::Resamples& resamples,
                         const CompareOptions& options);

}  // namespace udrl::eval
