// The score stage's bookkeeping: which records a block keeps, and where an earlier run ended. Not for: scoring
// (score.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "record_stream.hpp"
#include "udrl/distill/task.hpp"

namespace udrl::distill {

/// Why a record is no sample worth scoring, as a count's name ("finish_length", "rule_too_long"), or "".
class Filter {
 public:
  explicit Filter(const std::filesystem::path& tasks_folder);
  std::string reason(const data::Record& record) const;

 private:
  std::map<std::string, Task> tasks_;
};

/// A fixed number of input records, less those that the filter leaves out.
struct Block {
  std::vector<data::Record> kept;
  bool last = false;
};
Block read_block(RecordStream& stream, const Filter& filter, int size, std::map<std::string, std::uint64_t>& counts);

/// One pass over the input before any model runs: a malformed line is found here, and not after an hour.
struct Survey {
  std::vector<std::uint32_t> kept;  ///< records by block
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t> counts;
};
Survey survey_blocks(RecordStream stream, const Filter& filter, int block_size);

/// Cuts the output behind the last whole block; returns how many blocks are there.
std::size_t resume_at_block(const std::filesystem::path& folder, const Survey& survey);

}  // namespace udrl::distill
