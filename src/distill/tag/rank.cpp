// The order of returns within a task, and within an intent and task.
#include "steps.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <set>

#include "udrl/base/files.hpp"
#include "udrl/data/external_sort.hpp"
#include "udrl/distill/returns.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;
using command::ReturnKind;
using data::ExternalSorter;

/// Bits whose order is that of the numbers.
std::uint64_t sortable(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 is 0
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}
double from_sortable(std::uint64_t bits) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>((bits & sign) != 0 ? bits & ~sign : ~bits);
}

void fit_distributions(Pool& pool, Fitted& fitted, const SortRoom& room, int which) {
  ExternalSorter returns(room.where, room.memory);  // (task_index, return)
  std::vector<std::uint64_t> count(fitted.tasks.size());
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
    if (!row.trains()) return;
    returns.add(row.task, sortable(row.real_return[static_cast<std::size_t>(which)]));
    ++count[row.task];
  });
  std::vector<command::Quantiles101> quantiles(count.begin(), count.end());
  std::vector<BinEdges> edges;
  for (const std::uint64_t n : count) edges.emplace_back(n, fitted.bins);
  returns.drain([&](const ExternalSorter::Entry& entry) {
    quantiles[entry.key].add(from_sortable(entry.order));
    edges[entry.key].add(from_sortable(entry.order));
  });
  for (std::size_t task_index = 0; task_index < count.size(); ++task_index) {
    command::FittedReturn& fit = fitted.tasks[task_index].of(which);
    fit.quantiles = quantiles[task_index].quantiles();
    if (fitted.kind == ReturnKind::global) fit.edges = edges[task_index].edges();
  }
}

/// One draw of an intent and task, as it lies in the sorter.
struct Draw {
  double real_return = 0;
  RowId id{};
  std::uint64_t row = 0;
  Split split = Split::train;
  std::array<std::uint8_t, 7> unused{};  ///< no byte that is written is unset
};
using Draws = std::vector<Draw>;

struct Ranking {
  int which = 0;  ///< return
  bool shuffle = false;
};

/// Equal returns in the order of their ids.
void sort_by_return(Draws& draws) {
  std::sort(draws.begin(), draws.end(),
            [](const Draw& a, const Draw& b) { return std::tie(a.real_return, a.id) < std::tie(b.real_return, b.id); });
}

/// The draws of each intent and task with one of their returns: use(task_index, draws).
template <class Use>
void for_each_group(Pool& pool, const SortRoom& room, int which, Use use) {
  ExternalSorter sorter(room.where, room.memory);  // (intent and task_index, row): the draw
  pool.rows.for_each([&](std::uint64_t number, const RecordRow& row, std::span<const double>) {
    if (!row.kept()) return;
    const Draw draw{row.real_return[static_cast<std::size_t>(which)], row.id, number, row.split, {}};
    const std::uint64_t group = std::uint64_t{row.intent} << 16 | row.task;
    sorter.add(group, number, {reinterpret_cast<const char*>(&draw), sizeof draw});
  });
  Draws draws;
  std::uint64_t group = 0;
  const auto finish = [&] {
    if (!draws.empty()) use(static_cast<std::uint16_t>(group & 0xFFFF), draws);
    draws.clear();
  };
  sorter.drain([&](const ExternalSorter::Entry& entry) {
    if (entry.key != group) finish();
    group = entry.key;
    std::memcpy(&draws.emplace_back(), entry.payload.data(), sizeof(Draw));
  });
  finish();
}

/// How many draws have the same return as the one at `from`, in ascending order.
std::size_t equal_from(const Draws& draws, std::size_t from) {
  std::size_t to = from;
  while (to < draws.size() && draws[to].real_return == draws[from].real_return) ++to;
  return to - from;
}

bool all_are_equal(const Draws& draws) { return draws.size() > 1 && equal_from(draws, 0) == draws.size(); }

/// By their order in `draws`; those of one return get one bin.
std::vector<int> bins_of(const Fitted& fitted, const command::FittedReturn& fit, const Draws& draws) {
  std::vector<int> bins;
  while (bins.size() < draws.size()) {
    const std::size_t from = bins.size(), equal = equal_from(draws, from);
    const int bin = fitted.kind == ReturnKind::global ? fitted.bin_of(fit, draws[from].real_return)
                                                      : tie_bin(from + 1, from + equal, draws.size(), fitted.bins);
    bins.insert(bins.end(), equal, bin);
  }
  return bins;
}

/// Placebo: an advantage is dealt out anew among the draws of its intent, a global return among all bins; by the hash
/// of the record's id, so that the order of the input does not matter.
void shuffle(std::vector<int>& bins, const Fitted& fitted, const Draws& draws, int which) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const std::string id(draws[i].id.begin(), draws[i].id.end());
    order.emplace_back(leading_bits(content_id({which == 0 ? "placebo" : "placebo " + std::to_string(which), id})), i);
    if (fitted.kind == ReturnKind::global) {
      bins[i] = static_cast<int>(order.back().first % static_cast<std::uint64_t>(fitted.bins));
    }
  }
  if (fitted.kind == ReturnKind::global) return;
  std::sort(order.begin(), order.end());
  const std::vector<int> ranked = bins;
  for (std::size_t place = 0; place < order.size(); ++place) bins[order[place].second] = ranked[place];
}

std::vector<double> training_returns(const Draws& draws) {
  std::vector<double> returns;
  for (const Draw& draw : draws) {
    if (draw.split == Split::train) returns.push_back(draw.real_return);
  }
  return returns;
}

/// What becomes of the ranks of one intent and task.
using UseBins = std::function<void(std::uint16_t task_index, const Draws& draws, const std::vector<int>& bins)>;

/// Fits one return and gives each row its bin of it; `use` sees the draws in ascending order, with their bins.
void rank(Pool& pool, Fitted& fitted, const SortRoom& room, const Ranking& ranking, const UseBins& use) {
  fit_distributions(pool, fitted, room, ranking.which);
  std::vector<SpreadWithin> spreads(fitted.tasks.size());
  for_each_group(pool, room, ranking.which, [&](std::uint16_t task_index, Draws& draws) {
    spreads[task_index].add_group(training_returns(draws));
    sort_by_return(draws);
    std::vector<int> bins = bins_of(fitted, fitted.tasks[task_index].of(ranking.which), draws);
    // An intent belongs to one split.
    if (ranking.shuffle && draws.front().split == Split::train) shuffle(bins, fitted, draws, ranking.which);
    for (std::size_t i = 0; i < draws.size(); ++i) pool.rows.set_bin(draws[i].row, ranking.which, bins[i]);
    use(task_index, draws, bins);
  });
  for (std::size_t task_index = 0; task_index < spreads.size(); ++task_index) {
    fitted.tasks[task_index].of(ranking.which).spread_within = spreads[task_index].spread();
  }
}

}  // namespace

RankedIntents rank_returns(Pool& pool, Fitted& fitted, const SortRoom& room, const AblationOptions& ablation) {
  RankedIntents intents;
  // The return comes last: `keep_best` goes by it, and leaves rows out.
  for (int which = 1; which < fitted.returns(); ++which) {
    rank(pool, fitted, room, {which, ablation.shuffle_returns}, [](auto&&...) {});
  }
  rank(pool, fitted, room, {0, ablation.shuffle_returns},
       [&](std::uint16_t task_index, const Draws& draws, const std::vector<int>& bins) {
         const Split split = draws.front().split;
         intents.all_equal += all_are_equal(draws) ? 1 : 0;
         const bool chooses = ablation.keep_best > 0 && split == Split::train;
         const std::size_t best = chooses ? static_cast<std::size_t>(ablation.keep_best) : draws.size();
         for (std::size_t i = 0; i + best < draws.size(); ++i)
           pool.rows.set_outcome(draws[i].row, RowOutcome::not_chosen);
         for (const int bin : std::set<int>(bins.begin(), bins.end()))
           ++intents.counts[{split, task_index, static_cast<std::int8_t>(bin)}];
       });
  return intents;
}

}  // namespace udrl::distill
