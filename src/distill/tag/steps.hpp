// The steps of tag on a pool of rows, in their order: near duplicates, returns, ranks, the choice of what trains, and
// what is written. Each is a file of its own. Not for: reading the pool (pool.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>

#include "pool.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/distill/tag.hpp"

namespace udrl::distill {

/// Marks rows `near_duplicate` whose answer is nearly that of an earlier row of the same intent and task, and
/// `near_duplicate_across` where it is another intent's.
void drop_near_samples(Pool& pool, Observer& observer);

/// Marks training rows `near_held_out` whose intent nearly is one of valid, test or test_groups, or whose answer nearly
/// is a held-out answer of the same task.
void drop_near_held_out(Pool& pool, Observer& observer);

/// Fits moments and lengths on rows that are kept and in train, then fills `real_return` of every row that is kept.
/// Throws `Error` (user) for a task without training records.
command::Fitted fit_returns(Pool& pool, const ReturnOptions& options);

/// Where runs lie, and how many bytes of memory each sort may take.
struct SortRoom {
  std::filesystem::path where;
  std::size_t memory = std::size_t{32} << 20;
};

/// Intents of each (split, task_index, bin).
using IntentCounts = std::map<std::tuple<Split, std::uint16_t, std::int8_t>, std::uint64_t>;

struct RankedIntents {
  IntentCounts counts;
  std::uint64_t all_equal = 0;  ///< pairs of intent and task whose draws, two or more, have one and the same return
};

/// Fills quantiles, edges and spread of `fitted` from rows that train, then `bin` of every row that is kept. Of the
/// `ablation`: training rows below the best so many of their intent and task are left out, and bins shuffled. Memory
/// holds the draws of one intent and task at a time. Draws of one return get one bin, that of their mean rank.
RankedIntents rank_returns(Pool& pool, command::Fitted& fitted, const SortRoom& room,
                           const AblationOptions& ablation = {});

/// Before anything is fitted: throws `Error` (user) for a mix of tasks that are not there, or of none.
void check_ablation(const Pool& pool, const AblationOptions& ablation);

/// Leaves out training rows (`RowOutcome::not_chosen`) and changes their bins, as the ablation says; `intents` follows.
/// What is drawn is a function of (seed, record id).
void apply_ablation(Pool& pool, const command::Fitted& fitted, const AblationOptions& ablation, std::uint64_t seed,
                    IntentCounts& intents);

/// Rows by outcome, those that are kept by split.
std::map<std::string, std::uint64_t> count_outcomes(Pool& pool);
/// Training records by words and bin, and by the bins of all returns together.
void count_support(Pool& pool, command::Fitted& fitted);
/// Counts and means of the rows that are kept.
TagTable make_table(Pool& pool, const IntentCounts& intents);

/// Reads the input again and writes each kept record with its tags to the folder of its split, in the input's order.
/// Throws `Error` (failure) where the input changed since the pool was read.
void write_splits(Pool& pool, const std::vector<std::string>& input,
                  const std::vector<command::AuxiliaryReturn>& auxiliary, const std::filesystem::path& out,
                  Observer& observer);

/// A self-contained page: for each task a map of words by return; the fuller, the more records; what `check` would
/// refuse is left empty.
std::string coverage_html(const command::Fitted& fitted);

}  // namespace udrl::distill
