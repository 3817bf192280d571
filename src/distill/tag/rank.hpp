// Quantiles, edges and bins, by sorting the rows on disk: once by return, once by intent. Not for: returns
// (tag_fit.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <tuple>

#include "pool.hpp"

namespace udrl::distill {

/// Where runs lie, and how many bytes of memory each sort may take.
struct SortRoom {
  std::filesystem::path where;
  std::size_t memory = std::size_t{32} << 20;
};

/// Intents of each (split, slot, bin).
using IntentCounts = std::map<std::tuple<Split, std::uint16_t, std::int8_t>, std::uint64_t>;

struct RankedIntents {
  IntentCounts counts;
  std::uint64_t all_equal = 0;  ///< pairs of intent and task whose draws, two or more, have one and the same return
};

/// Fills quantiles, edges and spread of `fitted` from rows that train, then `bin` of every row that is kept. Of the
/// `arm`: training rows below the best so many of their intent and task are left out, and bins shuffled. Memory holds
/// the draws of one intent and task at a time. Draws of one return get one bin, that of their mean rank.
RankedIntents rank_returns(Pool& pool, command::Fitted& fitted, const SortRoom& room, const ArmOptions& arm = {});

}  // namespace udrl::distill
