// What one answer is worth, and what a row's answers are worth together. Not for: comparing rows (compare.hpp).
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "udrl/eval/answers.hpp"
#include "udrl/eval/cases.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval {

/// One answer, measured.
struct Measured {
  Answer answer;
  std::string broken_rule;  ///< "" if valid; `unfinished` if it was cut
  double relevance = 0;     ///< cosine of the embeddings of intent and answer, as written
  double masked = 0;        ///< the same with the intent's content words masked in the answer
  double copying = 0;       ///< share of the intent's content stems that the answer repeats
  int copy_run = 0;         ///< longest run of words shared with the intent
  int words = 0;

  bool valid() const { return broken_rule.empty(); }
};

/// A row's answers, one a case, in the order of the cases.
struct MeasuredRow {
  Row row;
  std::vector<Measured> answers;
};

/// Scores answers with the label scorer. `embedder` is a sentence-embedding model.
std::vector<Measured> measure(const std::vector<Answer>& answers, const std::vector<Case>& cases,
                              const std::vector<distill::Task>& tasks, lm::LanguageModel& embedder);

/// The floor of a task: mean masked relevance of the valid answers of the `shuffled` row. By index of task.
std::vector<double> task_floors(const MeasuredRow& shuffled, const CaseSet& set);
/// The headline's value of each answer: masked relevance, and the task's floor where the answer is not valid.
std::vector<double> headline_values(const MeasuredRow& row, const CaseSet& set, std::span<const double> floors);

/// Asked against got.
struct WordControl {
  int answers = 0;
  double mean_absolute_error = 0;
  double exact = 0;       ///< share
  double within_two = 0;  ///< share
  double rank_correlation = 0;
};
WordControl word_control(std::span<const Measured> answers);

struct Diversity {
  int at_most_words = 0;  ///< every answer cut to so many words
  double distinct_1 = 0, distinct_2 = 0;
};
Diversity diversity(std::span<const Measured> answers, int at_most_words);

/// Share of answers that break each rule.
std::map<std::string, double> broken_rules(std::span<const Measured> answers);

}  // namespace udrl::eval
