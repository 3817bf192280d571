// The input once more, line by line beside the rows that were made of it. Not for: the first reading (read.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pool.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/record_stream.hpp"

namespace udrl::distill {

struct LineBatch {
  std::uint64_t first = 0;  ///< number of the first row
  std::vector<data::SampleLines::Line> lines;
  std::vector<RecordRow> rows;
};

class TextAndRows {
 public:
  TextAndRows(Pool& pool, const std::vector<std::string>& input) : rows_(pool.rows), lines_(input) {}
  /// Nothing after the last line. Throws `Error` (failure) where there are not as many lines as rows.
  std::optional<LineBatch> next();

 private:
  RowFile& rows_;
  data::SampleLines lines_;
  std::uint64_t done_ = 0;
};

/// The record of a line whose row was kept. Throws `Error` (failure) where it is another one: the input changed between
/// two passes, and no file of ours can be trusted then.
data::Record record_of(const data::Line& line, const RecordRow& row);

}  // namespace udrl::distill
