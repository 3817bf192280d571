// What a tagged pool becomes: counts, the table, and the folders of the splits. Not for: deciding (tag_fit.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "pool.hpp"
#include "rank.hpp"

namespace udrl::distill {

/// Rows by outcome, those that are kept by split.
std::map<std::string, std::uint64_t> count_outcomes(Pool& pool);
/// Training records by words and bin, and by the bins of all returns together.
void count_support(Pool& pool, command::Fitted& fitted);
/// Counts and means of the rows that are kept.
TagTable make_table(Pool& pool, const IntentCounts& intents);

/// Reads the input again and writes each kept record with its tags to the folder of its split, in the input's order.
/// Throws `Error` (failure) where the input changed since the pool was read.
void write_splits(Pool& pool, const TagOptions& options, Observer& observer);

}  // namespace udrl::distill
