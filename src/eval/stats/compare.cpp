// Which rows are compared with which, and what each comparison comes to.
#include "compare.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

#include "compare_fluency.hpp"
#include "compare_returns.hpp"
#include "comparison.hpp"
#include "systems/controls.hpp"
#include "verdict.hpp"

namespace udrl::eval {

using score::Resamples, score::mean;

namespace {

/// Nothing is more on topic than on topic.
Estimate at_most_one(Estimate e) {
  for (double* x : {&e.value, &e.low, &e.high, &e.lower_95, &e.upper_95})
    if (*x > 1) *x = 1;
  return e;
}

HalfRatio half_ratio(const Comparison& comparison, const std::string& row, const std::string& reference, Half half,
                     double margin, const std::string& task = {}) {
  const Compared c{comparison.half(row, half, task), comparison.half(reference, half, task),
                   comparison.zero(half, task)};
  const Estimate ratio = floor_corrected_ratio(c);
  HalfRatio out{half == Half::fidelity ? at_most_one(ratio) : ratio, {judge(c, margin)}};
  if (margin != parity) out.at.push_back(judge(c, parity));
  return out;
}

Ratio ratio_to(const Comparison& comparison, const std::string& row, const std::string& reference, double margin) {
  Ratio ratio{reference, {}, {}};
  for (const Half half : halves) ratio.halves[half] = half_ratio(comparison, row, reference, half, margin);
  return ratio;
}

TaskRatio task_ratio(const Comparison& comparison, const ScorerResult& scorer, const std::string& row,
                     const CompareOptions& options, const std::string& task, std::size_t task_index) {
  TaskRatio out;
  for (const Half half : halves) {
    out.halves[half] = half_ratio(comparison, row, options.reference, half, options.margin, task);
    if (!scorer.counts[half][task_index])
      for (Judgement& judgement : out.halves[half].at) judgement.verdict = Verdict::withheld;
  }
  return out;
}

/// Not a number where either is none: what a draw leaves undefined is not known to be less or more.
double lesser(double a, double b) { return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b); }

Resampled lesser(const Resampled& a, const Resampled& b) {
  Resampled out = a;
  out.value = lesser(a.value, b.value);
  for (std::size_t i = 0; i < out.draws.size(); ++i) out.draws[i] = lesser(a.draws[i], b.draws[i]);
  return out;
}

/// What the row has over the nearest training answers, in units of what the reference has over the zero: of the half
/// in which that is less.
VerdictPart over_lookup(const Comparison& comparison, const std::string& row, const std::string& reference,
                        const std::string& scorer) {
  const auto gain = [&](Half half) {
    return share_of(minus(comparison.half(row, half), comparison.half(nearest_row, half)),
                    minus(comparison.half(reference, half), comparison.zero(half)));
  };
  const Estimate e = lesser(gain(Half::fidelity), gain(Half::elaboration)).estimate();
  return {"better than the nearest neighbour", scorer, e, judge_estimate(e, 0, comparison.subjects())};
}

/// Of every row under one scorer, over the main part.
std::vector<Scored> score_rows(const Results& results, const Comparison& comparison, const ScorerResult& scorer,
                               const CompareOptions& options) {
  std::vector<Scored> out;
  for (const RowResult& row : results.rows) {
    const std::string& name = row.row.name;
    Scored scored;
    scored.all = comparison.quality(name);
    for (const auto& task : results.set.tasks) scored.by_task[task] = comparison.quality(name, task);
    if (!row.row.on_curve) {  // a point of the curve is judged against nobody
      for (const RowResult& other : results.rows) {
        if (other.row.kind != RowKind::model || other.row.on_curve) continue;
        scored.ratios.push_back(ratio_to(comparison, name, other.row.name, options.margin));
      }
      for (std::size_t t = 0; t < results.set.tasks.size(); ++t)
        scored.ratio_by_task[results.set.tasks[t]] =
            task_ratio(comparison, scorer, name, options, results.set.tasks[t], t);
      if (row.row.kind == RowKind::student && results.has_answers(nearest_row))
        scored.over_lookup = over_lookup(comparison, name, options.reference, scorer.info.name);
    }
    out.push_back(std::move(scored));
  }
  return out;
}

/// How far each row generalises: the same over another part, added to `scored`.
void score_part(const Results& results, const Comparison& comparison, const std::string& part,
                const std::string& reference, std::vector<Scored>& scored) {
  for (std::size_t r = 0; r < scored.size(); ++r) {
    const std::string& name = results.rows[r].row.name;
    scored[r].by_part[part] = comparison.quality(name);
    for (const Half half : halves)
      scored[r].ratio_by_part[part][half] = half_ratio(comparison, name, reference, half, parity).value;
  }
}

/// The student's row of a return; "" where there is none.
std::string row_asked(const Results& results, const std::string& asked_return) {
  const std::string& student = results.measured.front().row.system;
  for (const auto& measured : results.measured)
    if (measured.row.asked_return == asked_return && measured.row.system == student && measured.row.in_tables() &&
        measured.row.best_of == 1)
      return measured.row.name;
  return "";
}

std::optional<Difference> return_effect(const Results& results, const Comparison& comparison) {
  const std::string top = row_asked(results, "top"), lowest = row_asked(results, "lowest");
  if (top.empty() || lowest.empty()) return std::nullopt;
  return comparison.difference(top, lowest);
}

/// What the primary row gains over each of the others that stand in the tables.
std::vector<Difference> primary_less(const Results& results, const Comparison& comparison) {
  const std::string& primary = results.measured.front().row.name;
  std::vector<Difference> out;
  for (const RowResult& row : results.rows)
    if (row.row.name != primary && !row.row.on_curve) out.push_back(comparison.difference(primary, row.row.name));
  return out;
}

std::vector<Measured> main_answers(const MeasuredRow& row, const CaseSet& set) {
  std::vector<Measured> out;
  for (std::size_t i = 0; i < row.answers.size(); ++i)
    if (set.cases[i].part == 0) out.push_back(row.answers[i]);
  return out;
}

/// The tasks on which a scorer's word on a half counts: those in which the damage was seen.
void count_tasks(ScorerResult& scorer, const std::vector<std::string>& tasks) {
  for (const Half half : halves) {
    scorer.counts[half].assign(tasks.size(), false);
    for (std::size_t t = 0; t < tasks.size(); ++t)
      for (const score::TaskDamage& task : scorer.damage.tasks)
        if (task.task == tasks[t] && task.is_valid(half)) scorer.counts[half][t] = true;
  }
}

/// What needs no scorer and no resampling, over the main part and all replicates.
void describe(RowResult& result, const Results& results, int diversity_words) {
  std::vector<Measured> answers;
  for (const MeasuredRow* one : results.replicates(result.row.name)) {
    const auto own = main_answers(*one, results.set);
    answers.insert(answers.end(), own.begin(), own.end());
  }
  std::vector<double> words, tokens, copying, runs, near;
  for (const Measured& m : answers) {
    words.push_back(m.words);
    tokens.push_back(m.answer.tokens);
    copying.push_back(m.copying);
    runs.push_back(m.copy_run);
    near.push_back(m.near_training ? 1 : 0);
  }
  for (const MeasuredRow* one : results.replicates(result.row.name)) {
    result.seeds = std::max(result.seeds, one->row.seed);
    result.draws = std::max(result.draws, one->row.draw);
  }
  result.mean_words = mean(words);
  result.mean_tokens = mean(tokens);
  result.copying = mean(copying);
  result.copy_run = mean(runs);
  result.near_training = mean(near);
  result.words = word_steering(answers);
  const MeasuredRow& first = results.answers(result.row.name);  // one alone: of each row as many answers
  result.diversity = diversity(main_answers(first, results.set), diversity_words);
  result.diversity.spread = first.spread;
  result.broken_rules = broken_rules(answers);
}

/// How small a share of answers to other intents among the reference's own would be told, over the cases that fit.
Precision precision_of(const Results& results, std::size_t scorer, Half half, const Resamples& resamples,
                       const CompareOptions& options, const std::function<bool(const Case&)>& fits) {
  const MeasuredRow &own = results.answers(options.reference), &other = results.answers(shuffled_row);
  std::vector<double> values, replaced;
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < own.answers.size(); ++i) {
    const Case& c = results.set.cases[i];
    if (c.part != 0 || !fits(c) || !own.answers[i].valid() || !other.answers[i].valid()) continue;
    values.push_back(value_of(own.answers[i].relevance[scorer], half));
    replaced.push_back(value_of(other.answers[i].relevance[scorer], half));
    clusters.push_back(c.cluster);
  }
  return precision_over(values, replaced, clusters, resamples, options);
}

void measure_precision(Results& results, std::size_t scorer, const Resamples& resamples,
                       const CompareOptions& options) {
  ScorerResult& result = results.scorers[scorer];
  for (const Half half : halves) {
    const std::vector<bool>& counts = result.counts[half];
    result.precision[half] = precision_of(results, scorer, half, resamples, options,
                                          [&](const Case& c) { return bool{counts[c.task_index]}; });
    for (std::size_t t = 0; t < counts.size(); ++t)
      if (counts[t])
        result.precision_by_task[results.set.tasks[t]][half] =
            precision_of(results, scorer, half, resamples, options, [&](const Case& c) { return c.task_index == t; });
  }
}

void score_all(Results& results, std::size_t scorer, const CompareOptions& options) {
  const Comparison comparison(results, 0, scorer, options);
  std::vector<Scored> scored = score_rows(results, comparison, results.scorers[scorer], options);
  results.scorers[scorer].return_effect = return_effect(results, comparison);
  results.scorers[scorer].primary_less = primary_less(results, comparison);
  measure_precision(results, scorer, comparison.resamples(), options);
  for (std::size_t part = 1; part < results.set.parts.size(); ++part)
    score_part(results, Comparison(results, part, scorer, options), results.set.parts[part].name, options.reference,
               scored);
  for (std::size_t r = 0; r < scored.size(); ++r) results.rows[r].scored.push_back(std::move(scored[r]));
}

}  // namespace

Precision precision_over(const std::vector<double>& own, const std::vector<double>& replaced,
                         const std::vector<std::size_t>& clusters, const Resamples& resamples,
                         const CompareOptions& options) {
  Precision precision{1, (1 - options.margin) / 2, own.size(), 0};
  if (!own.empty())
    precision.smallest_share = score::smallest_share_told(own, replaced, clusters, resamples, options.seed);
  precision.answers_needed = std::ceil(static_cast<double>(own.size()) * precision.smallest_share / precision.wanted);
  return precision;
}

void compare(Results& results, const CompareOptions& options) {
  results.rows.clear();
  for (const auto& measured : results.measured) {
    if (!measured.row.replicate_of.empty()) continue;
    RowResult& row = results.rows.emplace_back();
    row.row = measured.row;
    describe(row, results, options.diversity_words);
    const bool is_judged = row.row.kind == RowKind::student || row.row.kind == RowKind::second_draw;
    if (is_judged && !row.row.on_curve && results.has_answers(options.diversity_reference))
      row.diversity_ratio = diversity_ratio(measured, results.answers(options.diversity_reference), results.set,
                                            options.diversity_words, {options.diversity_margin, parity}, options.seed);
  }
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    count_tasks(results.scorers[s], results.set.tasks);
    score_all(results, s, options);
  }
  compare_fluency(results, Comparison(results, 0, 0, options), options);
  compare_returns(results, options);
  const auto first_of_curve = std::stable_partition(results.rows.begin(), results.rows.end(),
                                                    [](const RowResult& row) { return !row.row.on_curve; });
  results.curve.assign(std::make_move_iterator(first_of_curve), std::make_move_iterator(results.rows.end()));
  results.rows.erase(first_of_curve, results.rows.end());
  conclude(results, options);
}

}  // namespace udrl::eval
