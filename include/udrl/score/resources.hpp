// What scorers need beside an answer: models, and what they should know of a task. Not for: the scorers (scorer.hpp).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::score {

class Batch;
class Siblings;

/// What is scored. Texts normalised.
struct Candidate {
  std::string_view intent;
  std::string_view text;
  std::string_view task = {};
  const data::Intent* made_from = nullptr;  ///< for `retrieval`
  int tokens = 0;                           ///< that the teacher wrote
};

/// A task as scorers know it.
struct TaskGuide {
  std::vector<std::pair<std::string, std::string>> examples;  ///< intent, answer
  std::string rubric;                                         ///< what a judge goes by
};

/// Open models by their role: "embedder", "pmi", "judge", "teacher" (`model_of` a scorer). They must outlive their
/// users.
using Models = std::map<std::string, lm::LanguageModel*>;

/// Null or empty where no scorer at hand needs it.
struct Resources {
  Models models;
  std::map<std::string, TaskGuide, std::less<>> tasks;
  /// What the teacher is asked for an answer's task and intent.
  std::function<lm::Question(const Candidate&)> teacher_question;
  std::function<bool(const Candidate&)> is_valid;
  const Siblings* siblings = nullptr;
};

}  // namespace udrl::score
