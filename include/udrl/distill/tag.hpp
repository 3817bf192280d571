// Stage "tag": turns scores into returns and commands, holds subjects out, and fits all that goes with the data
// (commands.json) on the training split alone. Not for: the arithmetic (returns.hpp), or the scores (score.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/distill/tag_options.hpp"

namespace udrl::distill {

/// What was made: one row a split, task and return bin.
struct TagRow {
  std::string split, task;
  int bin = 0;
  std::uint64_t records = 0;
  std::uint64_t intents = 0;
  double mean_words = 0;
  double mean_return = 0;
  std::map<std::string, double> mean_scores;
};
struct TagTable {
  std::vector<TagRow> rows;
  std::map<std::string, std::uint64_t> subjects;  ///< by split
};
/// For people: aligned columns, one line a row, then the subjects of each split.
std::string to_text(const TagTable& table);
data::Json to_json(const TagTable& table);
TagTable tag_table_from_json(const data::Json& json);

struct TagResult {
  data::Manifest manifest;
  TagTable table;
};

/// Writes a folder a split (data/splits.hpp) with `return`, `commands` and `split` added, out/commands.json,
/// out/table.{json,txt}, out/coverage.html (what can be asked for) and the manifest. Counts: records by split, and what
/// was left out: `duplicate` (same intent, task and text), `duplicate_across` (same task and text for another intent),
/// `near_duplicate`, `near_duplicate_across` (nearly the same), `near_held_out` (a training text that nearly is a
/// held-out one), `too_long` (more than 80 words), `empty`, `invalid` (scored `valid` = 0), `unscored` (a judge named
/// no digit), `other_task`, `not_chosen` (by the ablation or the mix), `bad_lines`. Memory holds about a hundred bytes
/// a distinct intent and a bit or two a record; temporary files of about a kilobyte a record lie on the disk of `out`
/// until it ends. An unfinished output is begun anew; a finished one of the same config and inputs is only reported.
/// Throws `Error` (user): a record without one of the weighted scores, a task without training records, too many tasks.
TagResult tag_samples(const TagOptions& options, const RunContext& context);

}  // namespace udrl::distill
