// Gates: can a scorer tell the intent that an answer was written for from another one? Answers are scored again against
// other intents. Not for: agreement between scorers (doctor_findings.hpp).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "doctor_cases.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {

/// What one scorer makes of true, shuffled and swapped intents.
struct Gate {
  std::string scorer;
  std::string why_not;                             ///< why it could not be scored again; "" where it was
  std::size_t answers = 0;                         ///< scored against their own and a shuffled intent
  score::Estimate shuffled;                        ///< AUC within a task, mean over tasks
  std::map<std::string, double> by_task;           ///< AUC
  std::map<std::string, score::Estimate> swapped;  ///< by attribute: share in which the true intent wins, ties half
  std::map<std::string, std::size_t> swapped_pairs;
  std::map<std::string, std::vector<double>> values;  ///< "true", "shuffled", and by attribute: to draw
  double recorded_difference = 0;  ///< median distance to the recorded value, in its standard deviations
};

/// The intent with `from` replaced by `to` where it stands as whole words; "" where it does not.
std::string swapped_text(std::string_view intent, std::string_view from, std::string_view to);

/// Of those scorers for which the resources suffice. Intervals from the resamples of subjects.
std::vector<Gate> measure_gates(const DoctorCases& cases, const score::Resamples& resamples,
                                const score::Resources& resources, std::uint64_t seed, Observer& observer);

}  // namespace udrl::distill
