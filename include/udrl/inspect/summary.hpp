// What is in folders of samples or scored records, as one table: to compare teachers, tasks and task files. Not
// for: single records (view.hpp), or what tag made (tag.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"

namespace udrl::inspect {

struct SummaryOptions {
  std::vector<std::string> input;  ///< each folder has rows of its own
  int distinct_answers = 200;      ///< distinct-2 is over the first so many answers, so that folders compare
};

void declare(OptionSet& set, SummaryOptions& options);

/// One folder and task.
struct SummaryRow {
  std::string folder, task;
  std::uint64_t records = 0;
  std::map<std::string, std::uint64_t> outcomes;  ///< "stop", "length", or the rule that was broken
  double words = 0;                               ///< mean over samples (`finish` is stop)
  double tokens = 0;                              ///< mean over all records: the cost
  double distinct_2 = 0;                 ///< different word pairs over all word pairs, answers cut to equal length
  std::map<std::string, double> scores;  ///< means over samples; empty before they are scored

  double valid() const;  ///< share of records that are samples
};

/// In the order of the folders, tasks by name. Throws `Error` (user) for a folder without records.
std::vector<SummaryRow> summarise(const SummaryOptions& options, const RunContext& context);
/// Aligned columns, then for each row what was no sample, by cause.
std::string to_text(const std::vector<SummaryRow>& rows);

}  // namespace udrl::inspect
