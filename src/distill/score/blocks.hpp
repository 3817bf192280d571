// The score stage's bookkeeping: which records it keeps, in which blocks, and where an earlier run ended. Not for:
// scoring (score.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/held_folder.hpp"
#include "udrl/data/external_sort.hpp"
#include "udrl/data/record_stream.hpp"
#include "udrl/score/siblings.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {

/// Why a record is no sample worth scoring, as a count's name ("finish_length", "rule_too_long"), or "".
class Filter {
 public:
  /// With `valid` among the scorers no rule is applied: an answer that breaks one is scored, and says so.
  Filter(const std::filesystem::path& tasks_folder, const std::vector<std::string>& scorers);
  /// Throws `Error` (user) for a task without a file, where a scorer reads it.
  std::string reason(const data::Record& record) const;

 private:
  std::map<std::string, task::Task> tasks_;
  bool applies_rules_, needs_tasks_;
};

/// One pass over the input before any model runs (a malformed line is found here, and not after an hour), and the kept
/// samples sorted by intent and task: what an intent's answers share is computed once, and whole intents are in one
/// block.
class SortedSamples {
 public:
  /// Runs lie on the disk of `where`, an existing folder. `siblings` are given those of the kept samples' intents;
  /// null: nobody asks for them, and they take memory.
  SortedSamples(data::RecordStream stream, const Filter& filter, const std::filesystem::path& where,
                score::Siblings* siblings);

  std::uint64_t total() const { return total_; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  /// Hands over all, once, in blocks of at least `size` records (but the last), each of whole intents.
  void for_each_block(int size, const std::function<void(std::vector<data::Record>)>& use);

 private:
  data::ExternalSorter sorter_;
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t> counts_;
};

/// Lines that an earlier run left, a torn last one not counted.
std::uint64_t written_lines(const HeldFolder& folder);
/// Cuts the shards behind so many lines.
void keep_lines(const HeldFolder& folder, std::uint64_t keep);

}  // namespace udrl::distill
