// Ratios of fluency, and what the reader's word on them is worth.
#include "compare_fluency.hpp"

#include <algorithm>
#include <cmath>

#include "systems/controls.hpp"

namespace udrl::eval {
namespace {

void count_tasks(FluencyResult& fluency, const std::vector<std::string>& tasks) {
  fluency.counts.assign(tasks.size(), false);
  for (std::size_t t = 0; t < tasks.size(); ++t)
    for (const score::FluencyDamage& damage : fluency.damage)
      if (damage.task == tasks[t] && damage.why_not.empty()) fluency.counts[t] = true;
}

/// How small a share of lists of words among the reference's own answers would be told.
Precision precision_of(const Results& results, const score::Resamples& resamples, const CompareOptions& options) {
  const MeasuredRow &own = results.answers(options.diversity_reference), &list = results.answers(word_list_row);
  const std::vector<double> zeros = no_language_by_task(list, results.set);
  std::vector<double> values, replaced;
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < own.answers.size(); ++i) {
    const Case& c = results.set.cases[i];
    if (c.part != 0 || !results.fluency->counts[c.task_index] || !own.answers[i].fluency) continue;
    values.push_back(*own.answers[i].fluency);
    replaced.push_back(list.answers[i].fluency.value_or(zeros[c.task_index]));
    clusters.push_back(c.cluster);
  }
  return precision_over(values, replaced, clusters, resamples, options);
}

}  // namespace

std::string FluencyResult::why_not() const {
  if (!info.held_out()) return info.name + " made the labels that the student was trained on";
  if (std::find(counts.begin(), counts.end(), true) != counts.end()) return "";
  return damage.empty() ? "nothing was damaged" : damage.front().why_not + " (" + damage.front().task + ")";
}

void compare_fluency(Results& results, const Comparison& comparison, const CompareOptions& options) {
  if (!results.fluency) return;
  FluencyResult& fluency = *results.fluency;
  count_tasks(fluency, results.set.tasks);
  const std::string& reference = options.diversity_reference;
  if (!results.has_answers(reference) || !results.has_answers(word_list_row)) return;
  fluency.precision = precision_of(results, comparison.resamples(), options);
  for (RowResult& row : results.rows) {
    const Compared c{comparison.fluency(row.row.name), comparison.fluency(reference),
                     comparison.fluency(word_list_row)};
    FluencyRatio& ratio = row.fluency.emplace();
    ratio.reference = reference;
    ratio.mean = c.system.estimate();
    ratio.value = floor_corrected_ratio(c);
    if (row.row.on_curve) continue;  // a point of the curve is judged against nobody
    ratio.at = {judge(c, options.margin)};
    if (options.margin != parity) ratio.at.push_back(judge(c, parity));
  }
}

}  // namespace udrl::eval
