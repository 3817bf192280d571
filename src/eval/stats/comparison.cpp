// Columns of values, their resampled means, and the means of these over replicates.
#include "comparison.hpp"

#include <algorithm>

#include "systems/controls.hpp"
#include "udrl/base/random.hpp"

namespace udrl::eval {
namespace {

std::function<bool(const Case&)> is_of(const std::string& task) {
  return [task](const Case& c) { return task.empty() || c.task == task; };
}

/// Those for which it counts; where it counts for none, all are shown. `counts` must outlive it.
std::function<bool(const Case&)> any_of_tasks(const std::vector<bool>& counts) {
  const bool none = std::find(counts.begin(), counts.end(), true) == counts.end();
  return [&counts, none](const Case& c) { return none || counts[c.task_index]; };
}

}  // namespace

Resampled minus(const Resampled& a, const Resampled& b) { return combine({{1, &a}, {-1, &b}}); }

Comparison::Comparison(const Results& results, std::size_t part, std::size_t scorer, const CompareOptions& options)
    : results_(results),
      part_(part),
      scorer_(scorer),
      seed_(options.seed),
      resamples_(score::draw_resamples(subjects(), options.draws, options.seed)),
      zeros_(zeros_of(results.measured, results.set, scorer)) {}

const Resampled& Comparison::masked(const std::string& row, const std::string& task) const {
  return once(masked_, row, task, values_of(Half::elaboration), is_of(task));
}

const Resampled& Comparison::raw(const std::string& row, const std::string& task) const {
  const auto raw_values = [&](const MeasuredRow& measured) {
    std::vector<double> values;
    for (const Measured& m : measured.answers) values.push_back(m.relevance[scorer_].raw);
    return values;
  };
  return once(raw_, row, task, raw_values, is_of(task));
}

const Resampled& Comparison::half(const std::string& row, Half half, const std::string& task) const {
  return once(counted_[half], row, task, values_of(half), counts(half, task));
}

const Resampled& Comparison::zero(Half half, const std::string& task) const {
  Resampled& known = zero_[half][task];
  if (known.draws.empty()) known = column(zero_values(results_.set, scorer_, half, zeros_), counts(half, task));
  return known;
}

const Resampled& Comparison::fluency(const std::string& row) const {
  const std::vector<double> zeros = no_language_by_task(results_.answers(word_list_row), results_.set);
  const auto values = [&](const MeasuredRow& measured) { return fluency_values(measured, results_.set, zeros); };
  return once(fluency_, row, {}, values, any_of_tasks(results_.fluency->counts));
}

Difference Comparison::difference(const std::string& minuend, const std::string& subtrahend) const {
  Difference d{minuend, subtrahend, {}, {}, {}};
  d.masked = minus(masked(minuend), masked(subtrahend)).estimate();
  d.raw = minus(raw(minuend), raw(subtrahend)).estimate();
  for (const auto& task : results_.set.tasks)
    d.masked_by_task[task] = minus(masked(minuend, task), masked(subtrahend, task)).estimate();
  return d;
}

Quality Comparison::quality(const std::string& row, const std::string& task) const {
  Quality quality;
  int valid = 0;
  const auto replicates = results_.replicates(row);
  for (std::size_t i = 0; i < results_.set.cases.size(); ++i) {
    if (!Slice{part_, task}.holds(results_.set.cases[i])) continue;
    ++quality.cases;
    for (const MeasuredRow* one : replicates) valid += one->answers[i].valid() ? 1 : 0;
  }
  const auto answers = static_cast<double>(replicates.size()) * quality.cases;
  quality.valid = answers > 0 ? valid / answers : 0;
  quality.masked = masked(row, task).estimate();
  quality.raw = raw(row, task).estimate();
  return quality;
}

const Resampled& Comparison::once(Known& known, const std::string& row, const std::string& task,
                                  const ValuesOf& values_of, const Fits& fits) const {
  const auto found = known.find({row, task});
  if (found != known.end()) return found->second;
  return known[{row, task}] = over_replicates(row, values_of, fits);
}

Comparison::ValuesOf Comparison::values_of(Half half) const {
  return [this, half](const MeasuredRow& row) { return half_values(row, results_.set, scorer_, half, zeros_); };
}

/// Whether a case is of the task; without one, whether its task counts for a half; where none does, all are shown.
Comparison::Fits Comparison::counts(Half half, const std::string& task) const {
  if (!task.empty()) return is_of(task);
  return any_of_tasks(results_.scorers[scorer_].counts[half]);
}

/// The mean over a row's replicates. Each draw takes as many training seeds as there are, with replacement, the same
/// ones for all rows of a system, and within each of them as many of its draws.
Resampled Comparison::over_replicates(const std::string& row, const ValuesOf& values_of, const Fits& fits) const {
  std::map<int, std::vector<Resampled>> by_seed;
  for (const MeasuredRow* one : results_.replicates(row))
    by_seed[one->row.seed].push_back(column(values_of(*one), fits));
  if (by_seed.size() == 1 && by_seed.begin()->second.size() == 1) return std::move(by_seed.begin()->second.front());
  std::vector<std::vector<Resampled>> seeds;
  for (auto& [seed, draws] : by_seed) seeds.push_back(std::move(draws));
  return mean_of(seeds, results_.answers(row).row);
}

Resampled Comparison::mean_of(const std::vector<std::vector<Resampled>>& seeds, const Row& row) const {
  const auto share = 1 / static_cast<double>(seeds.size() * seeds.front().size());
  std::vector<std::pair<double, const Resampled*>> all;
  for (const auto& draws : seeds)
    for (const Resampled& one : draws) all.emplace_back(share, &one);
  Resampled out = combine(all);
  std::fill(out.draws.begin(), out.draws.end(), 0.0);
  RandomStream seed_stream(seed_, "seeds/" + row.system), draw_stream(seed_, "draws/" + row.name);
  for (std::size_t b = 0; b < out.draws.size(); ++b)
    for (std::size_t s = 0; s < seeds.size(); ++s) {
      const auto& draws = seeds[seed_stream.below(seeds.size())];
      for (std::size_t d = 0; d < draws.size(); ++d)
        out.draws[b] += share * draws[draw_stream.below(draws.size())].draws[b];
    }
  return out;
}

Resampled Comparison::column(const std::vector<double>& values, const Fits& fits) const {
  std::vector<double> kept;
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Case& c = results_.set.cases[i];
    if (c.part != part_ || !fits(c)) continue;
    kept.push_back(values[i]);
    clusters.push_back(c.cluster);
  }
  return resampled_mean(score::make_column(kept, clusters, resamples_.clusters), resamples_);
}

}  // namespace udrl::eval
