// The training sets of the ablations.
#include "steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "udrl/base/error.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/random.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;

double chance(std::uint64_t seed, const char* purpose, const RecordRow& row) {
  return RandomStream(seed, std::string(purpose) + "/" + std::string(row.id.begin(), row.id.end())).uniform();
}

std::vector<std::uint64_t> count_by_task(Pool& pool) {
  std::vector<std::uint64_t> counts(pool.tasks.size());
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
    if (row.trains()) ++counts[row.task];
  });
  return counts;
}

/// The share of each task's records that stays: all of the task that is scarcest for its weight.
std::vector<double> shares_of(Pool& pool, const std::map<std::string, double>& mix) {
  const std::vector<std::uint64_t> counts = count_by_task(pool);
  std::vector<double> wanted(counts.size());
  double scale = std::numeric_limits<double>::infinity();
  for (const auto& [name, weight] : mix) {
    const auto task = std::find(pool.tasks.begin(), pool.tasks.end(), name);
    const auto task_index = static_cast<std::size_t>(task - pool.tasks.begin());
    wanted[task_index] = weight;
    if (weight > 0) scale = std::min(scale, static_cast<double>(counts[task_index]) / weight);
  }
  std::vector<double> shares;
  for (std::size_t task_index = 0; task_index < counts.size(); ++task_index) {
    shares.push_back(counts[task_index] == 0 ? 0
                                             : wanted[task_index] * scale / static_cast<double>(counts[task_index]));
  }
  return shares;
}

/// Leaves out training rows for which `stays` is false.
template <class Stays>
void keep_if(Pool& pool, Stays stays) {
  pool.rows.update([&](std::uint64_t, RecordRow& row, std::span<const double>) {
    if (row.trains() && !stays(row)) row.outcome = RowOutcome::not_chosen;
  });
}

IntentCounts count_intents(Pool& pool) {
  std::map<IntentCounts::key_type, std::vector<bool>> seen;
  IntentCounts counts;
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
    if (!row.kept()) return;
    const IntentCounts::key_type key{row.split, row.task, row.bin[0]};
    std::vector<bool>& of_key = seen[key];
    if (of_key.size() <= row.intent) of_key.resize(row.intent + std::size_t{1});
    if (!of_key[row.intent]) ++counts[key];
    of_key[row.intent] = true;
  });
  return counts;
}

}  // namespace

void check_ablation(const Pool& pool, const AblationOptions& ablation) {
  double all = 0;
  for (const auto& [name, weight] : ablation.mix) {
    if (std::find(pool.tasks.begin(), pool.tasks.end(), name) == pool.tasks.end())
      throw user_error("'mix' names a task that the data lacks")
          .expected(listed(pool.tasks))
          .got("'" + name + "'")
          .hint("name tasks of the data, or leave it out");
    all += weight;
  }
  if (!ablation.mix.empty() && all == 0)
    throw user_error("'mix' gives no task a weight").expected("one above 0").hint("a task of weight 0 is left out");
}

void apply_ablation(Pool& pool, const Fitted& fitted, const AblationOptions& ablation, std::uint64_t seed,
                    IntentCounts& intents) {
  if (ablation.keep_share < 1) {
    keep_if(pool, [&](const RecordRow& row) {
      return fitted.percentile(fitted.tasks[row.task], row.real_return[0]) >= 1 - ablation.keep_share;
    });
  }
  if (!ablation.mix.empty()) {
    const std::vector<double> shares = shares_of(pool, ablation.mix);
    keep_if(pool, [&](const RecordRow& row) { return chance(seed, "mix", row) < shares[row.task]; });
  }
  if (ablation.keep_best > 0 || ablation.keep_share < 1 || !ablation.mix.empty() || ablation.shuffle_returns)
    intents = count_intents(pool);
}

}  // namespace udrl::distill
