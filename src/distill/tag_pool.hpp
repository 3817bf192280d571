// The compact form in which tag holds its records: no text, about a hundred bytes a record. Not for: returns (tag.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "record_stream.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/distill/tag.hpp"

namespace udrl::distill {

using data::Split;
using data::split_names;

enum class Outcome : std::uint8_t {
  kept,
  duplicate,
  duplicate_across,
  near_duplicate,
  near_duplicate_across,
  near_held_out,
  too_long,
  empty
};

using RowId = std::array<char, 32>;
/// A record's id; a shorter one is filled with zero bytes.
RowId row_id(const data::Record& record);

struct Row {
  RowId id{};               ///< hexadecimal; ties break by it
  std::uint32_t group = 0;  ///< number of (intent, task)
  std::uint16_t task = 0;   ///< slot
  std::uint8_t words = 0;
  Outcome outcome = Outcome::kept;
  Split split = Split::train;
  std::int8_t bin = -1;
  double real_return = 0;
};

/// All records of the input, one row each, in the input's order.
struct Pool {
  std::vector<Row> rows;
  std::vector<std::string> score_names;           ///< the weighted scorers and, where it is penalised, copying
  std::vector<double> scores;                     ///< score_names.size() a row, in the order of rows
  std::vector<std::string> tasks;                 ///< by slot
  std::map<std::string, std::uint64_t> subjects;  ///< by split
  std::uint64_t bad_lines = 0;

  std::map<std::string, double> scores_of(std::size_t row) const;
};

/// Throws `Error` (user) for a record that lacks one of the scores, and for more tasks than there are slots.
Pool read_pool(const TagOptions& options, RecordStream stream, Observer& observer);

/// A later pass over the same input, and how it is called: in progress, and where it is stopped.
struct Pass {
  std::string what;   ///< "tag: write"
  std::string doing;  ///< "writing"
};
/// Gives each kept row with its record. Throws `Error` (failure) where the input changed since the pool was read.
void for_each_kept(Pool& pool, RecordStream stream, const Pass& pass, Observer& observer,
                   const std::function<void(Row&, data::Record&)>& use);

}  // namespace udrl::distill
