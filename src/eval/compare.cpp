// Columns, their resampled means, and what is concluded from them.
#include "udrl/eval/compare.hpp"

#include <algorithm>
#include <utility>

#include "format.hpp"

namespace udrl::eval {

using score::Column, score::Resamples, score::draw_resamples, score::make_column, score::mean, score::resampled_means,
    score::auc;

namespace {

/// The mean of a column, with its value in every resample.
struct Resampled {
  double value = 0;
  std::vector<double> draws;

  Estimate estimate() const { return score::estimate(value, draws); }
};

Resampled minus(const Resampled& a, const Resampled& b) {
  Resampled out{a.value - b.value, a.draws};
  for (std::size_t i = 0; i < out.draws.size(); ++i) out.draws[i] -= b.draws[i];
  return out;
}

/// All rows resampled alike, over all cases or over those of one task.
class Comparison {
 public:
  Comparison(const Results& results, const CompareOptions& options)
      : results_(results),
        resamples_(draw_resamples(results.set.subjects.size(), options.draws, options.seed)),
        floors_(task_floors(results.answers(shuffled_row), results.set)) {}

  Resampled headline(const std::string& row, const std::string& task = {}) const {
    return column(headline_values(results_.answers(row), results_.set, floors_), task);
  }

  Resampled relevance(const std::string& row, const std::string& task = {}) const {
    std::vector<double> values;
    for (const Measured& m : results_.answers(row).answers) values.push_back(m.relevance);
    return column(values, task);
  }

  Quality quality(const std::string& row, const std::string& task = {}) const {
    Quality quality;
    int valid = 0;
    const auto& answers = results_.answers(row).answers;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!task.empty() && results_.set.cases[i].task != task) continue;
      ++quality.cases;
      valid += answers[i].valid() ? 1 : 0;
    }
    quality.valid = quality.cases > 0 ? static_cast<double>(valid) / quality.cases : 0;
    quality.headline = headline(row, task).estimate();
    quality.relevance = relevance(row, task).estimate();
    return quality;
  }

 private:
  Resampled column(const std::vector<double>& values, const std::string& task) const {
    std::vector<double> kept;
    std::vector<std::size_t> clusters;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!task.empty() && results_.set.cases[i].task != task) continue;
      kept.push_back(values[i]);
      clusters.push_back(results_.set.cases[i].cluster);
    }
    const Column column = make_column(kept, clusters, resamples_.clusters);
    return {column.mean(), resampled_means(column, resamples_)};
  }

  const Results& results_;
  Resamples resamples_;
  std::vector<double> floors_;
};

Ratio ratio_to(const std::string& reference, const Resampled& row, const Resampled& other, const Resampled& floor,
               double margin) {
  const Compared compared{row.value, other.value, floor.value, row.draws, other.draws, floor.draws};
  return {reference, floor_corrected_ratio(compared), raw_ratio(compared), decide(compared, margin)};
}

/// What needs no resampling.
void describe(RowResult& result, const std::vector<Measured>& answers, int diversity_words) {
  std::vector<double> words, tokens, copying, runs;
  for (const Measured& m : answers) {
    words.push_back(m.words);
    tokens.push_back(m.answer.tokens);
    copying.push_back(m.copying);
    runs.push_back(m.copy_run);
  }
  result.mean_words = mean(words);
  result.mean_tokens = mean(tokens);
  result.copying = mean(copying);
  result.copy_run = mean(runs);
  result.words = word_control(answers);
  result.diversity = diversity(answers, diversity_words);
  result.broken_rules = broken_rules(answers);
}

std::vector<RowResult> row_results(const Results& results, const Comparison& comparison,
                                   const CompareOptions& options) {
  std::map<std::string, Resampled> headlines;
  for (const auto& measured : results.measured) headlines[measured.row.name] = comparison.headline(measured.row.name);
  std::vector<RowResult> out;
  for (const auto& measured : results.measured) {
    const std::string& name = measured.row.name;
    RowResult result;
    result.row = measured.row;
    result.all = comparison.quality(name);
    for (const auto& task : results.set.tasks) result.by_task[task] = comparison.quality(name, task);
    for (const auto& other : results.measured)
      if (other.row.kind == RowKind::model)
        result.ratios.push_back(ratio_to(other.row.name, headlines[name], headlines[other.row.name],
                                         headlines[shuffled_row], options.margin));
    describe(result, measured.answers, options.diversity_words);
    out.push_back(std::move(result));
  }
  return out;
}

/// The first two student rows: top less lowest.
std::optional<Difference> return_effect(const Results& results, const Comparison& comparison) {
  std::vector<std::string> students;
  for (const auto& measured : results.measured)
    if (measured.row.kind == RowKind::student) students.push_back(measured.row.name);
  if (students.size() < 2) return std::nullopt;
  Difference d{students[0], students[1], {}, {}, {}};
  d.headline = minus(comparison.headline(students[0]), comparison.headline(students[1])).estimate();
  d.relevance = minus(comparison.relevance(students[0]), comparison.relevance(students[1])).estimate();
  for (const auto& task : results.set.tasks)
    d.headline_by_task[task] =
        minus(comparison.headline(students[0], task), comparison.headline(students[1], task)).estimate();
  return d;
}

ScorerGate scorer_gate(const Results& results, const std::string& reference) {
  std::vector<double> masked[2], raw[2];
  const std::string rows[2] = {reference, shuffled_row};
  for (int side = 0; side < 2; ++side)
    for (const Measured& m : results.answers(rows[side]).answers) {
      if (!m.valid()) continue;
      masked[side].push_back(m.masked);
      raw[side].push_back(m.relevance);
    }
  ScorerGate gate;
  gate.auc_masked = auc(masked[0], masked[1]);
  gate.auc_raw = auc(raw[0], raw[1]);
  return gate;
}

Verdict verdict_of(const RowResult& row, const std::string& reference) {
  for (const Ratio& ratio : row.ratios)
    if (ratio.reference == reference) return ratio.verdict;
  return Verdict::undefined;
}

/// An arm that must fail and does not makes every PASS worthless.
std::vector<std::string> unfailed_arms(const Results& results, const std::string& reference, bool headline_passes) {
  std::vector<std::string> reasons;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::arm) continue;
    const Verdict verdict = verdict_of(row, reference);
    if (verdict == Verdict::pass || (headline_passes && verdict != Verdict::fail))
      reasons.push_back("the arm “" + row.row.short_title + "” must FAIL, and is " + to_string(verdict));
  }
  return reasons;
}

/// What holds for the headline holds for every ratio that is printed: none may pass where no verdict is due.
void restrain_verdicts(Results& results) {
  const bool withheld = !results.headline.withheld_because.empty();
  const bool too_few = results.set.subjects.size() < fewest_subjects;
  for (RowResult& row : results.rows)
    for (Ratio& ratio : row.ratios) {
      if (withheld) ratio.verdict = Verdict::withheld;
      else if (too_few && ratio.verdict != Verdict::undefined) ratio.verdict = Verdict::inconclusive;
    }
  if (withheld) results.headline.verdict = Verdict::withheld;
}

Headline headline(const Results& results, const CompareOptions& options) {
  Headline h;
  h.reference = options.reference;
  h.margin = options.margin;
  h.row = results.measured.front().row.name;
  h.verdict = verdict_of(results.row(h.row), h.reference);
  h.caveats.push_back(
      "label scorer only: the same model made the labels the student was trained on; no held-out scorer yet (issue 6)");
  const std::size_t subjects = results.set.subjects.size();
  if (subjects < fewest_subjects && (h.verdict == Verdict::pass || h.verdict == Verdict::fail)) {
    h.verdict = Verdict::inconclusive;
    h.caveats.push_back(std::to_string(subjects) + " subjects are too few to decide; at least " +
                        std::to_string(fewest_subjects) + " are needed");
  }
  h.withheld_because = unfailed_arms(results, h.reference, h.verdict == Verdict::pass);
  if (!results.gate.passed())
    h.withheld_because.push_back(
        "with the intent’s words masked, the scorer tells the reference’s answers from another intent’s with an area "
        "under the curve of " +
        fixed(results.gate.auc_masked, 2) + "; " + fixed(results.gate.needed, 2) +
        " is needed (as written: " + fixed(results.gate.auc_raw, 2) + ")");
  return h;
}

}  // namespace

void compare(Results& results, const std::map<std::string, std::string>& system_of, const CompareOptions& options) {
  const Comparison comparison(results, options);
  results.rows = row_results(results, comparison, options);
  for (RowResult& row : results.rows) {
    const auto system = system_of.find(row.row.name);
    if (system != system_of.end()) row.system = system->second;
  }
  results.return_effect = return_effect(results, comparison);
  results.gate = scorer_gate(results, options.reference);
  results.headline = headline(results, options);
  restrain_verdicts(results);
}

}  // namespace udrl::eval
