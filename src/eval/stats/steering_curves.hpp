// Curves and side effects of a steering certificate, from the answers to each command. Not for: asking
// (run/certify.cpp), or one row's returns within an evaluation (compare_returns.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "measure/measure.hpp"
#include "measure/scoring.hpp"
#include "udrl/command/certificate.hpp"

namespace udrl::eval {

/// Rows over the same cases, in the order of what was asked: everything else stayed.
struct SteeringRows {
  std::vector<MeasuredRow> returns;  ///< a return bin each, at the lengths of the cases
  std::vector<MeasuredRow> lengths;  ///< of each task a length each (`SystemAnswer::asked_words`), at the top return
};

struct SteeringInputs {
  const CaseSet& set;
  const std::vector<ScorerInfo>& scorers;
  int bins = 0;
  std::size_t resamples = 2000;
  std::uint64_t seed = 1;
};

/// For returns: the return that came, and each scorer's two halves. For words: the words that came, of each task and
/// over all. Invalid answers have words, and no return or relevance.
std::vector<command::SteeringCurve> steering_curves(const SteeringRows& rows, const SteeringInputs& inputs);

/// What else changes from the lowest to the highest of each command: words, return, copying, validity, the halves, and
/// the ratio of distinct pairs of words.
std::vector<command::SideEffect> side_effects(const SteeringRows& rows, const SteeringInputs& inputs);

}  // namespace udrl::eval
