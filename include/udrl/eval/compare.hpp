// From measured answers to figures with intervals and a verdict. Not for: measuring (measure.hpp), or layout
// (report.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/eval/results.hpp"

namespace udrl::eval {

struct CompareOptions {
  std::size_t draws = 10'000;
  std::uint64_t seed = 1;
  double margin = 0.95;  ///< of the headline; every ratio is judged at 1.00 too
  int diversity_words = 12;
  std::string reference;  ///< row of the headline
};

/// Fewer subjects than this decide nothing: a bootstrap of few clusters is too sure of itself.
inline constexpr std::size_t fewest_subjects = 20;

/// Fills rows, scorers' verdicts and headline of `results` from its cases, measured rows and scorers (with their
/// gates). The row `shuffled` must be there. Subjects are resampled, and with them the replicates of each row: all rows
/// of a system alike, so that they stay paired.
void compare(Results& results, const CompareOptions& options);

}  // namespace udrl::eval
