// The figures of an examination: everything that doctor.json holds. Not for: verdicts (checks.hpp).
#pragma once

#include <string>
#include <vector>

#include "cases.hpp"
#include "udrl/score/damage.hpp"

namespace udrl::inspect {

using score::Gate;

/// Do two scorers order the draws of an intent alike? Spearman, mean over groups weighing size − 1.
struct Agreement {
  std::string a, b;
  bool independent = false;  ///< of different families (score/kinds.hpp)
  score::Estimate spearman;
  score::ChanceTest chance;
  double given_words = 0, given_copying = 0;  ///< with what both owe to length, or to copying, taken out
};

/// What a scorer owes to length, copying, temperature or teacher (Spearman).
struct Effect {
  std::string scorer, factor;
  double across = 0;       ///< over all draws of a task, mean over tasks
  score::Estimate within;  ///< among the draws of an intent
};

/// Where a scorer's variance lies, mean over tasks.
struct Spread {
  std::string scorer;
  double between = 0, within = 0;  ///< shares
  double sd = 0, sd_within = 0;
};

/// A rank among n random draws of a deep group against the rank in the whole group.
struct FewDraws {
  std::string scorer;
  std::size_t draws = 0, groups = 0;
  double spearman = 0;
  score::Estimate same_bin, near_bin;  ///< share in the same bin; at most one bin away
};

/// Best of n by one scorer, seen by one (perhaps the same), above the mean draw, in standard deviations within the
/// task.
struct BestOf {
  std::string selecting, judging;
  std::size_t draws = 0, groups = 0;
  score::Estimate gain;
};

/// What a student that obeyed perfectly would show if `label` made its returns. In standard deviations within the task.
struct Expected {
  std::string label, judge;
  bool independent = false;
  score::Estimate gain;   ///< top bin above the mean draw
  score::Estimate range;  ///< top bin above the lowest
  double slope = 0;       ///< of judge on label within intents: the share of a label gain that the judge sees
  double raw_range = 0;   ///< in the judge's own unit
};

struct Findings {
  std::uint64_t records = 0, all_groups = 0, all_deep = 0, bad_lines = 0;
  std::size_t draws = 0, groups = 0, deep = 0, subjects = 0;  ///< examined
  double median_draws = 0;                                    ///< of a group
  std::vector<std::string> scorers, tasks, teachers;
  std::vector<std::string> judges;     ///< those of which it is not known that they see no damage in any task
  std::vector<Gate> gates;             ///< shown; decide nothing
  std::vector<score::Damage> damages;  ///< of each value as written: its masked form is the other half
  /// By scorer: median distance of the value scored again to the recorded one, in standard deviations of the recorded.
  std::map<std::string, double> record_differences;
  std::vector<Agreement> agreements;
  std::vector<Effect> effects;
  std::vector<Spread> spreads;
  std::vector<FewDraws> few;
  std::vector<BestOf> best;
  std::vector<Expected> expected;

  const Gate& gate(const std::string& scorer) const;
  /// Of the value, or of the one that it masks.
  const score::Damage& damage(const std::string& scorer) const;
  /// Null where there is none.
  const Agreement* agreement(const std::string& a, const std::string& b) const;
  const Expected* expected_of(const std::string& label, const std::string& judge) const;
};

/// The half that a value measures: a masked one elaboration, any other fidelity.
score::Half half_of(const std::string& scorer);

/// The judge that is the mean of the `judges` that are independent of the label.
inline const std::string independent_judge = "independent scorers";

Findings make_findings(const DoctorOptions& options, const DoctorCases& cases, const score::Resources& resources,
                       Observer& observer);

}  // namespace udrl::inspect
