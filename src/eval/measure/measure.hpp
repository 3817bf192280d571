// What one answer is worth, and what a row's answers are worth together. Not for: comparing rows (compare.hpp).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "systems/answers.hpp"
#include "systems/cases.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/score/halves.hpp"
#include "udrl/task/task.hpp"

namespace udrl::eval {

/// What one scorer makes of an answer.
struct Relevance {
  double raw = 0;     ///< as written
  double masked = 0;  ///< with the intent's content words masked in the answer
};

/// One answer, measured.
struct Measured {
  SystemAnswer answer;
  std::string broken_rule;  ///< "" if valid; `unfinished` if it was cut
  double copying = 0;       ///< share of the intent's content stems that the answer repeats
  int copy_run = 0;         ///< longest run of words shared with the intent
  int words = 0;
  bool near_training = false;          ///< nearly an answer that trained
  std::optional<double> achieved;      ///< students: its return among the teacher's draws, 0 … 1 (steering.hpp)
  std::vector<Relevance> relevance;    ///< by scorer
  std::optional<double> fluency = {};  ///< nats a token (score/scorer.hpp), of valid answers of the main part

  bool valid() const { return broken_rule.empty(); }
};

/// A row's answers, one a case, in the order of the cases.
struct MeasuredRow {
  Row row;
  std::vector<Measured> answers;
  double spread = 0;                      ///< `Diversity::spread`, which needs an embedder
  std::vector<double> half_spreads = {};  ///< the same over each of `half_samples`; empty where it was not measured
};

/// What needs no model.
std::vector<Measured> measure_texts(const std::vector<SystemAnswer>& answers, const std::vector<Case>& cases,
                                    const std::vector<task::Task>& tasks);

using score::Half, score::Halves, score::halves;

/// fidelity: as written; elaboration: masked.
inline double value_of(const Relevance& relevance, Half half) {
  return half == Half::fidelity ? relevance.raw : relevance.masked;
}

/// What each half counts from under a scorer (design §5): of fidelity, the `shuffled` row; of elaboration, for each
/// part and task the content-free control whose valid answers score best (of those without any, `shuffled`).
struct Zeros {
  Halves<std::vector<std::vector<const MeasuredRow*>>> rows;  ///< [part][task]
  Halves<std::vector<std::vector<double>>> means;             ///< of their valid answers, [part][task]
};
/// The rows must outlive what is returned.
Zeros zeros_of(const std::vector<MeasuredRow>& rows, const CaseSet& set, std::size_t scorer);
/// The value of each answer: the zero's mean where it is not valid.
std::vector<double> half_values(const MeasuredRow& row, const CaseSet& set, std::size_t scorer, Half half,
                                const Zeros& zeros);
/// The zero's own value in each case.
std::vector<double> zero_values(const CaseSet& set, std::size_t scorer, Half half, const Zeros& zeros);

/// Fluency of a row without language (`word_list_row`): the mean of its valid answers, by task; 0 where it has none,
/// which is what words in any order are worth.
std::vector<double> no_language_by_task(const MeasuredRow& word_list, const CaseSet& set);
/// The fluency of each answer: the zero of its task where it was not read.
std::vector<double> fluency_values(const MeasuredRow& row, const CaseSet& set, const std::vector<double>& zeros);

/// Asked against got.
struct WordSteering {
  int answers = 0;
  double mean_absolute_error = 0;
  double exact = 0;       ///< share
  double within_two = 0;  ///< share
  double rank_correlation = 0;
};
WordSteering word_steering(std::span<const Measured> answers);

/// Of a row's answers as written: all rows have as many (score/diversity.hpp).
struct Diversity {
  int at_most_words = 0;  ///< every answer cut to so many words
  double distinct_1 = 0, distinct_2 = 0, self_bleu = 0, compression = 0;
  double spread = 0;  ///< 1 − mean cosine of two answers' embeddings
};
Diversity diversity(std::span<const Measured> answers, int at_most_words);

/// Share of answers that break each rule.
std::map<std::string, double> broken_rules(std::span<const Measured> answers);

}  // namespace udrl::eval
