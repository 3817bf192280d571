// Fitting commands.json on the training split, and giving every record its return and bin.
#include "tag_fit.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/distill/returns.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;
using command::FittedTask;
using command::ReturnKind;
using Indices = std::vector<std::size_t>;

double rounded(double value) { return std::round(value * 1e6) / 1e6; }

bool kept(const Row& row) { return row.outcome == Outcome::kept; }

Indices rows_of_task(const Pool& pool, std::size_t slot, bool only_train) {
  Indices rows;
  for (std::size_t i = 0; i < pool.rows.size(); ++i) {
    const Row& row = pool.rows[i];
    if (kept(row) && row.task == slot && (!only_train || row.split == Split::train)) rows.push_back(i);
  }
  return rows;
}

std::vector<double> column(const Pool& pool, const Indices& rows, std::size_t score) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (std::size_t i : rows) values.push_back(pool.scores[i * pool.score_names.size() + score]);
  return values;
}

std::vector<double> returns_of(const Pool& pool, const Indices& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (std::size_t i : rows) values.push_back(pool.rows[i].real_return);
  return values;
}

/// The mean z before length and copying are taken off: the task has no line yet, so its return is that.
void fit_length(FittedTask& task, const Fitted& fitted, const Pool& pool, const Indices& train) {
  Fitted plain;
  plain.weights = fitted.weights;
  std::vector<double> words, mean_z;
  for (std::size_t i : train) {
    words.push_back(pool.rows[i].words);
    mean_z.push_back(plain.real_return(task, pool.scores_of(i), pool.rows[i].words));
  }
  const Line line = fit_line(words, mean_z);
  task.length_slope = line.slope;
  task.length_intercept = line.intercept;
}

void fit_distribution(FittedTask& task, const Fitted& fitted, const Pool& pool, const Indices& train) {
  const std::vector<double> returns = returns_of(pool, train);
  std::vector<std::uint32_t> groups;
  for (std::size_t i : train) groups.push_back(pool.rows[i].group);
  task.quantiles = command::quantiles_101(returns);
  task.spread_within = spread_within(returns, groups);
  if (fitted.kind == ReturnKind::global) task.edges = bin_edges(returns, fitted.bins);
}

FittedTask fit_task(Pool& pool, const Fitted& fitted, std::size_t slot) {
  FittedTask task;
  task.name = pool.tasks[slot];
  task.support = command::Support(fitted.bins);
  const Indices train = rows_of_task(pool, slot, true);
  if (train.empty()) {
    throw user_error("task '" + task.name + "' has no training records")
        .hint("add samples of this task, or hold out less (test_fraction, valid_fraction)");
  }
  for (std::size_t s = 0; s < pool.score_names.size(); ++s) {
    task.scorers[pool.score_names[s]] = moments_of(column(pool, train, s));
  }
  fit_length(task, fitted, pool, train);
  for (std::size_t i : rows_of_task(pool, slot, false)) {
    Row& row = pool.rows[i];
    row.real_return = rounded(fitted.real_return(task, pool.scores_of(i), row.words));
  }
  fit_distribution(task, fitted, pool, train);
  return task;
}

/// Ranks within (intent, task); equal returns in the order of their ids.
void rank_within_intents(Pool& pool, int bins) {
  Indices order;
  for (std::size_t i = 0; i < pool.rows.size(); ++i) {
    if (kept(pool.rows[i])) order.push_back(i);
  }
  const auto key = [&](std::size_t i) {
    const Row& row = pool.rows[i];
    return std::tie(row.group, row.real_return, row.id);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && pool.rows[order[last]].group == pool.rows[order[first]].group) ++last;
    for (std::size_t i = first; i < last; ++i) {
      pool.rows[order[i]].bin = static_cast<std::int8_t>(rank_bin(i - first + 1, last - first, bins));
    }
    first = last;
  }
}

void bin_by_edges(Pool& pool, const Fitted& fitted) {
  for (Row& row : pool.rows) {
    if (kept(row)) row.bin = static_cast<std::int8_t>(fitted.bin_of(fitted.tasks[row.task], row.real_return));
  }
}

void count_support(Pool& pool, Fitted& fitted) {
  for (const Row& row : pool.rows) {
    if (kept(row) && row.split == Split::train) fitted.tasks[row.task].support.add(row.words, row.bin);
  }
}

Fitted unfitted(const TagOptions& options) {
  Fitted fitted;
  fitted.normalisation_version = data::normalisation_version;
  fitted.kind = command::return_kind_from_string(options.return_kind);
  fitted.bins = options.bins;
  fitted.weights = options.weights;
  fitted.copying_penalty = options.copying_penalty;
  fitted.rule = options.support;
  return fitted;
}

void divide(TagRow& row) {
  const auto n = static_cast<double>(row.records);
  row.mean_words /= n;
  row.mean_return /= n;
  for (auto& [name, value] : row.mean_scores) value /= n;
}

}  // namespace

Fitted fit_returns(Pool& pool, const TagOptions& options) {
  Fitted fitted = unfitted(options);
  for (std::size_t slot = 0; slot < pool.tasks.size(); ++slot) fitted.tasks.push_back(fit_task(pool, fitted, slot));
  if (fitted.kind == ReturnKind::global) {
    bin_by_edges(pool, fitted);
  } else {
    rank_within_intents(pool, fitted.bins);
  }
  count_support(pool, fitted);
  return fitted;
}

TagTable make_table(const Pool& pool) {
  using Key = std::tuple<Split, std::uint16_t, std::int8_t>;
  std::map<Key, TagRow> rows;
  std::set<std::tuple<Split, std::int8_t, std::uint32_t>> seen;  // a group belongs to one task
  for (std::size_t i = 0; i < pool.rows.size(); ++i) {
    const Row& row = pool.rows[i];
    if (!kept(row)) continue;
    TagRow& out = rows[{row.split, row.task, row.bin}];
    ++out.records;
    out.intents += seen.emplace(row.split, row.bin, row.group).second ? 1 : 0;
    out.mean_words += row.words;
    out.mean_return += row.real_return;
    for (const auto& [name, value] : pool.scores_of(i)) out.mean_scores[name] += value;
  }
  TagTable table{{}, pool.subjects};
  for (auto& [key, row] : rows) {
    row.split = split_names[static_cast<std::size_t>(std::get<0>(key))];
    row.task = pool.tasks[std::get<1>(key)];
    row.bin = std::get<2>(key);
    divide(row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace udrl::distill
