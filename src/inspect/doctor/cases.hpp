// What the doctor looks at: a sample of (intent, task) groups as columns of figures, and some answers as text. Not for:
// what follows from it (findings.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/data/record_stream.hpp"
#include "udrl/inspect/doctor.hpp"
#include "udrl/score/gates.hpp"
#include "udrl/score/grouped.hpp"

namespace udrl::inspect {

/// The draws of one intent and task.
struct CaseGroup {
  std::size_t task = 0, subject = 0;  ///< numbers
  bool deep = false;
};

/// Columns have a value a draw, group by group, the draws of a group by id.
struct DoctorCases {
  std::vector<std::string> scorers, tasks, teachers;
  std::size_t subjects = 0;
  score::Groups groups;
  std::vector<CaseGroup> infos;                         ///< a group each
  std::vector<std::vector<double>> scores;              ///< a column a scorer
  std::map<std::string, std::vector<double>> factors;   ///< words, copying, temperature, teacher (0 or 1), by name
  score::GateAnswers texts;                             ///< by task: answers kept as text, to be scored again
  std::vector<std::map<std::string, double>> recorded;  ///< the scores of each of `texts`
  std::uint64_t records = 0, all_groups = 0, all_deep = 0, bad_lines = 0;  ///< of the whole input

  std::size_t draws() const { return groups.starts.back(); }
  /// The group numbers of a task, or of all tasks.
  std::vector<std::size_t> groups_of_task(std::size_t task) const;
};

/// Two passes: count, then read the groups with the lowest hashes. Throws `Error` (user) where there is no record, no
/// value that judges, or a record lacks one that `scorers` names.
DoctorCases read_cases(const DoctorOptions& options, Observer& observer);

}  // namespace udrl::inspect
