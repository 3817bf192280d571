// A case: one unseen intent for one task, with the words that students are asked for. All systems answer the same
// cases. Not for: how a system is asked (question.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/data/record.hpp"
#include "udrl/distill/task.hpp"

namespace udrl::eval {

struct Case {
  std::string id;  ///< content_id(intent, task)
  data::Intent intent;
  std::string task;
  std::size_t task_index = 0;
  int asked_words = 0;      ///< drawn from the lengths that training saw, never from the test set
  std::size_t cluster = 0;  ///< index of its subject: what the bootstrap resamples
};

struct CaseSet {
  std::vector<Case> cases;            ///< an intent's tasks follow one another
  std::vector<std::string> subjects;  ///< by cluster
  std::vector<std::string> tasks;
  std::size_t intents = 0;
};

struct CaseOptions {
  std::size_t intents = 100;
  std::uint64_t seed = 1;
};

/// The intents of a split, each once, in order of id.
std::vector<data::Intent> read_split_intents(const std::filesystem::path& split_folder);
/// Throws `Error` (user) if a subject of `test` occurs in `train` (folder of shards; skipped where absent).
void check_unseen(const std::vector<data::Intent>& test, const std::filesystem::path& train_folder);
/// Deals intents subject by subject, so that as many subjects as possible are heard; asking for more intents keeps
/// those that fewer gave. An intent without a subject is its own.
std::vector<data::Intent> choose_intents(std::vector<data::Intent> intents, const CaseOptions& options);
CaseSet make_cases(const std::vector<data::Intent>& intents, const std::vector<distill::Task>& tasks,
                   const command::Fitted& fitted, const CaseOptions& options);

/// For each case the case whose answer it is given in the `shuffled` arm: same task, another subject, each answer used
/// once. Throws `Error` (user) where one subject has more than half of the cases.
std::vector<std::size_t> derangement(const CaseSet& set, std::uint64_t seed);

}  // namespace udrl::eval
