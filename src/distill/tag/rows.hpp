// The compact form in which tag holds its records: one row of fixed size a line of the input, on disk. Not for: texts.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "udrl/command/schema.hpp"
#include "udrl/data/entry_file.hpp"
#include "udrl/data/record.hpp"
#include "udrl/data/splits.hpp"

namespace udrl::distill {

using data::Split;
using data::split_names;

enum class RowOutcome : std::uint8_t {
  kept,
  duplicate,
  duplicate_across,
  near_duplicate,
  near_duplicate_across,
  near_held_out,
  too_long,
  empty,
  invalid,
  unscored,
  other_task,
  not_chosen,
  bad_line
};

using RowId = std::array<char, 32>;
/// A record's id; a shorter one is filled with zero bytes, a longer one cut.
RowId row_id(const data::Record& record);

/// 0: the return; 1 …: the auxiliary ones.
inline constexpr std::size_t most_returns = command::max_auxiliary + 1;

struct RecordRow {
  RowId id{};                ///< hexadecimal; ties break by it
  std::uint32_t intent = 0;  ///< number in the order of appearance
  std::uint16_t task = 0;    ///< task_index
  std::uint8_t words = 0;
  RowOutcome outcome = RowOutcome::kept;
  Split split = Split::train;
  std::array<std::int8_t, most_returns> bin{-1, -1, -1};
  std::uint8_t lacks = 0;                ///< 1 + number of the first score that is missing
  std::array<std::uint8_t, 3> unused{};  ///< no byte that is written is unset
  std::array<double, most_returns> real_return{};

  bool kept() const { return outcome == RowOutcome::kept; }
  bool trains() const { return kept() && split == Split::train; }
};

/// Every line of the input in its order, the bad ones too, each with so many scores.
class RowFile {
 public:
  RowFile(const std::filesystem::path& where, std::size_t scores);
  void append(const RecordRow& row, std::span<const double> scores);
  std::uint64_t size() const { return file_.size(); }
  RecordRow read(std::uint64_t number) { return read(number, 1).front(); }
  std::vector<RecordRow> read(std::uint64_t first, std::uint64_t count);
  void set_outcome(std::uint64_t number, RowOutcome outcome);
  void set_bin(std::uint64_t number, int which, int bin);
  void set_score(std::uint64_t number, std::size_t which, double score);

  using Use = std::function<void(std::uint64_t number, const RecordRow& row, std::span<const double> scores)>;
  void for_each(const Use& use);
  using Change = std::function<void(std::uint64_t number, RecordRow& row, std::span<const double> scores)>;
  void update(const Change& change);

 private:
  std::size_t scores_;
  data::EntryFile file_;
};

}  // namespace udrl::distill
