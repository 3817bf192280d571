// What training's answers hold for an unseen intent, found without a student: the nearest intents, and the words that
// their answers use. For: controls (controls.hpp). Not for: a student's own ideas (student/ideas.hpp).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "cases.hpp"
#include "training.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval {

/// For each case, the intents of its task in `training` that are nearest by the cosine of their embeddings.
class LookUp {
 public:
  static constexpr std::size_t kept = 20;  ///< intents a case

  /// Both must outlive it; `training` holds answers of every task of the set.
  LookUp(const CaseSet& set, const TrainingView& training, lm::LanguageModel& embedder);

  /// The best answer of the nearest intent.
  const TrainingText& nearest(std::size_t i) const;
  /// At most so many content words that the answers of the nearest intents hold and the case's own intent does not,
  /// those first that these use more than answers of the task do; folded.
  std::vector<std::string> words_for(std::size_t i, std::size_t at_most) const;

 private:
  using Counts = std::map<std::string, double>;  ///< answers that hold a word

  /// The distinct intents of a task's sample, each with its best answer.
  struct OfTask {
    std::vector<std::string> intents;
    std::vector<const TrainingText*> best;
    std::vector<Counts> words;  ///< by intent
    Counts all;
  };
  void read(OfTask& of_task, const std::vector<TrainingText>& texts);
  void search(OfTask& of_task, const CaseSet& set, const std::string& task, lm::LanguageModel& embedder);

  std::map<std::string, OfTask> by_task_;
  std::vector<const Case*> cases_;
  std::vector<std::vector<std::size_t>> near_;  ///< by case, the nearest first
};

}  // namespace udrl::eval
