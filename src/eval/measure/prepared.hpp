// What everything is asked about, read and checked before a model is opened. Not for: results.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "scoring.hpp"
#include "systems/cases.hpp"
#include "systems/training.hpp"
#include "udrl/eval/options.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/task/task.hpp"

namespace udrl::eval {

struct EvalInputs {
  std::vector<System> systems;
  std::vector<task::Task> tasks;
  command::Fitted fitted;
  CaseSet set;
  std::vector<std::filesystem::path> tagged;  ///< what the students were trained on, the main one's first
  Labels labels, main_labels;                 ///< of all of that, and of the main student's
  TrainingView training;  ///< of the main student; intents that nearly are ones that trained: of all
  std::string reference;
  std::map<std::string, std::string> hashes;  ///< what → SHA-256
  Openings openings;

  std::map<std::string, std::string> task_hashes;  ///< `task_hashes_of` the options: what answers and values depend on
};

/// "task NAME" → SHA-256 of its file, of all tasks that the options may come to: those that a quick evaluation leaves
/// out too, so that the whole one goes on with its answers.
std::map<std::string, std::string> task_hashes_of(const TestOptions& options, const command::Fitted& fitted);

/// Throws `Error` (user) for whatever would otherwise fail after hours: a missing file, a model that does not score, a
/// student of other data, test subjects that trained, too few subjects.
EvalInputs prepare(const EvalOptions& options, Observer& observer);

/// All that is known of labels and of what training saw is read from `tagged`. Throws `Error` (user) where the
/// student's manifest names other data.
void require_own_data(const std::filesystem::path& student, const std::filesystem::path& tagged,
                      const std::string& title);

inline constexpr const char* go_on = "run the same command again: it goes on from there";

}  // namespace udrl::eval
