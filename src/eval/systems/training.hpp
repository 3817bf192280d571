// What an evaluation must know of the data that the student was trained on: a sample of it, from which the controls
// that must fail are made, and whether the test set is really apart from it. Not for: splitting (distill/tag.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cases.hpp"
#include "udrl/base/observer.hpp"

namespace udrl::eval {

/// An answer that trained, with its intent.
struct TrainingText {
  data::Intent intent;
  std::string answer;
  int return_bin = -1;  ///< -1: none
};

struct TrainingView {
  static constexpr std::size_t kept_at_most = 20'000;  ///< answers a task: those of the lowest ids

  std::map<std::string, std::vector<TrainingText>> by_task;
  /// Intents of the main part that nearly are one that trained (data/near_duplicates.hpp), each with that one.
  std::map<std::string, std::string> near_intents;
};

/// One pass over the folder of shards. Throws `Error` (user) where it is missing, where a subject of the main part
/// occurs in it, and where a task of the set does not.
TrainingView read_training(const std::filesystem::path& train_folder, const CaseSet& set, Observer& observer);

/// For each task and answer, whether it nearly is one that trained: `answers[row][case]`. One pass over the shards.
std::vector<std::vector<bool>> near_training(const std::filesystem::path& train_folder, const CaseSet& set,
                                             const std::vector<std::vector<std::string>>& answers, Observer& observer);

}  // namespace udrl::eval
