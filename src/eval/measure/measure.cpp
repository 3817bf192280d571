// Measuring answers as texts, and the values that comparisons begin with.
#include "measure.hpp"

#include <cmath>
#include <cstdlib>

#include "udrl/score/diversity.hpp"
#include "udrl/score/scorer.hpp"
#include "udrl/score/statistics.hpp"
#include "udrl/task/validity.hpp"

namespace udrl::eval {

using score::mean, score::spearman;

namespace {

/// A cut answer is none, whatever it says: the rule of synthesis.
std::string rule_broken_by(const SystemAnswer& answer, const Case& c, const task::Task& task) {
  if (answer.text.empty()) return "empty";
  if (answer.finish != "stop") return "unfinished";
  return task::broken_rule(answer.text, c.intent.intent, task);
}

template <class F>
double share(std::span<const Measured> answers, F holds) {
  double n = 0;
  for (const Measured& m : answers) n += holds(m) ? 1 : 0;
  return answers.empty() ? 0 : n / static_cast<double>(answers.size());
}

}  // namespace

std::vector<Measured> measure_texts(const std::vector<SystemAnswer>& answers, const std::vector<Case>& cases,
                                    const std::vector<task::Task>& tasks) {
  score::ScorerSet scorers({"words", "copying"}, nullptr);
  std::vector<score::Candidate> texts;
  for (std::size_t i = 0; i < answers.size(); ++i) texts.push_back({cases[i].intent.intent, answers[i].text});
  const std::vector<score::Values> values = scorers.score(texts);
  std::vector<Measured> out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const score::Values& v = values[i];
    out.push_back({answers[i],
                   rule_broken_by(answers[i], cases[i], tasks[cases[i].task_index]),
                   v.at("copying"),
                   static_cast<int>(v.at("copy_ngram")),
                   static_cast<int>(v.at("words")),
                   false,
                   {},
                   {}});
  }
  return out;
}

Floors floors_of(const MeasuredRow& shuffled, const CaseSet& set, std::size_t scorer) {
  std::vector<std::vector<std::vector<double>>> values(set.parts.size());
  for (auto& of_part : values) of_part.resize(set.tasks.size());
  for (std::size_t i = 0; i < shuffled.answers.size(); ++i) {
    const Measured& m = shuffled.answers[i];
    if (m.valid()) values[set.cases[i].part][set.cases[i].task_index].push_back(m.relevance[scorer].masked);
  }
  Floors floors;
  for (const auto& of_part : values) {
    floors.emplace_back();
    for (const auto& of_task : of_part) floors.back().push_back(of_task.empty() ? 0.0 : mean(of_task));
  }
  return floors;
}

std::vector<double> primary_values(const MeasuredRow& row, const CaseSet& set, std::size_t scorer,
                                   const Floors& floors) {
  std::vector<double> values;
  for (std::size_t i = 0; i < row.answers.size(); ++i) {
    const Measured& m = row.answers[i];
    const Case& c = set.cases[i];
    values.push_back(m.valid() ? m.relevance[scorer].masked : floors[c.part][c.task_index]);
  }
  return values;
}

WordSteering word_steering(std::span<const Measured> answers) {
  std::vector<double> asked, got, error;
  for (const Measured& m : answers) {
    if (!m.answer.asked_words) continue;
    asked.push_back(*m.answer.asked_words);
    got.push_back(m.words);
    error.push_back(std::abs(asked.back() - got.back()));
  }
  WordSteering steering;
  steering.answers = static_cast<int>(asked.size());
  if (asked.empty()) return steering;
  steering.mean_absolute_error = mean(error);
  for (const double e : error) {
    steering.exact += e == 0 ? 1.0 / static_cast<double>(error.size()) : 0;
    steering.within_two += e <= 2 ? 1.0 / static_cast<double>(error.size()) : 0;
  }
  steering.rank_correlation = spearman(asked, got);
  return steering;
}

Diversity diversity(std::span<const Measured> answers, int at_most_words) {
  std::vector<std::string> texts;
  for (const Measured& m : answers) texts.push_back(m.answer.text);
  return {at_most_words,
          score::distinct_n(texts, 1, at_most_words),
          score::distinct_n(texts, 2, at_most_words),
          score::self_bleu(texts, at_most_words),
          score::compression_ratio(texts, at_most_words),
          0};
}

std::map<std::string, double> broken_rules(std::span<const Measured> answers) {
  std::map<std::string, double> shares;
  for (const Measured& m : answers)
    if (!m.valid() && !shares.count(m.broken_rule))
      shares[m.broken_rule] = share(answers, [&](const Measured& other) { return other.broken_rule == m.broken_rule; });
  return shares;
}

}  // namespace udrl::eval
