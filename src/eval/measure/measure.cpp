// Measuring answers as texts, and the values that comparisons begin with.
#include "measure.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <cmath>
#include <cstdlib>

#include "systems/controls.hpp"
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

const MeasuredRow* find_row(const std::vector<MeasuredRow>& rows, const std::string& name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const MeasuredRow& r) { return r.row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

/// The rows that may be a half's zero; the last is taken where none has a valid answer.
std::vector<const MeasuredRow*> zero_candidates(const std::vector<MeasuredRow>& rows, Half half) {
  std::vector<const MeasuredRow*> out;
  if (half == Half::elaboration)
    for (const char* name : {intent_frame_row, intent_tail_row})
      if (const MeasuredRow* row = find_row(rows, name)) out.push_back(row);
  const MeasuredRow* shuffled = find_row(rows, shuffled_row);
  if (shuffled == nullptr) throw std::logic_error("no shuffled row among the measured");
  out.push_back(shuffled);
  return out;
}

/// Of all candidates but the last the one with the highest mean over its valid answers, with that mean.
std::pair<const MeasuredRow*, double> best_zero(const std::vector<const MeasuredRow*>& candidates, const CaseSet& set,
                                                const Slice& slice, std::size_t scorer, Half half) {
  const auto mean_of = [&](const MeasuredRow& row) -> std::optional<double> {
    std::vector<double> values;
    for (std::size_t i = 0; i < row.answers.size(); ++i)
      if (slice.holds(set.cases[i]) && row.answers[i].valid())
        values.push_back(value_of(row.answers[i].relevance[scorer], half));
    return values.empty() ? std::nullopt : std::optional(mean(values));
  };
  std::pair<const MeasuredRow*, double> best{nullptr, 0};
  for (std::size_t k = 0; k + 1 < candidates.size(); ++k) {
    const auto value = mean_of(*candidates[k]);
    if (value && (best.first == nullptr || *value > best.second)) best = {candidates[k], *value};
  }
  if (best.first == nullptr) best = {candidates.back(), mean_of(*candidates.back()).value_or(0)};
  return best;
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

Zeros zeros_of(const std::vector<MeasuredRow>& rows, const CaseSet& set, std::size_t scorer) {
  Zeros zeros;
  for (const Half half : halves) {
    const auto candidates = zero_candidates(rows, half);
    for (std::size_t part = 0; part < set.parts.size(); ++part) {
      auto& of_part = zeros.rows[half].emplace_back();
      auto& means = zeros.means[half].emplace_back();
      for (std::size_t task = 0; task < set.tasks.size(); ++task) {
        const auto [row, mean] = best_zero(candidates, set, {part, set.tasks[task]}, scorer, half);
        of_part.push_back(row);
        means.push_back(mean);
      }
    }
  }
  return zeros;
}

std::vector<double> half_values(const MeasuredRow& row, const CaseSet& set, std::size_t scorer, Half half,
                                const Zeros& zeros) {
  std::vector<double> values;
  for (std::size_t i = 0; i < row.answers.size(); ++i) {
    const Measured& m = row.answers[i];
    const Case& c = set.cases[i];
    values.push_back(m.valid() ? value_of(m.relevance[scorer], half) : zeros.means[half][c.part][c.task_index]);
  }
  return values;
}

std::vector<double> zero_values(const CaseSet& set, std::size_t scorer, Half half, const Zeros& zeros) {
  std::vector<double> values;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    const Case& c = set.cases[i];
    const Measured& m = zeros.rows[half][c.part][c.task_index]->answers[i];
    values.push_back(m.valid() ? value_of(m.relevance[scorer], half) : zeros.means[half][c.part][c.task_index]);
  }
  return values;
}

std::vector<double> no_language_by_task(const MeasuredRow& word_list, const CaseSet& set) {
  std::vector<double> zeros(set.tasks.size(), 0), read(set.tasks.size(), 0);
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    if (!word_list.answers[i].fluency) continue;
    zeros[set.cases[i].task_index] += *word_list.answers[i].fluency;
    ++read[set.cases[i].task_index];
  }
  for (std::size_t t = 0; t < zeros.size(); ++t) zeros[t] /= std::max(1.0, read[t]);
  return zeros;
}

std::vector<double> fluency_values(const MeasuredRow& row, const CaseSet& set, const std::vector<double>& zeros) {
  std::vector<double> values;
  for (std::size_t i = 0; i < set.cases.size(); ++i)
    values.push_back(row.answers[i].fluency.value_or(zeros[set.cases[i].task_index]));
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
