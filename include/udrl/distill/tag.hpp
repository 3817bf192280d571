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

namespace udrl::distill {

/// Which of the training records stay, and what is done to their returns: the arms that UDRL is compared with
/// (docs/method.md). Held-out parts are never touched.
struct ArmOptions {
  int keep_best = 0;             ///< so many answers of each intent and task, by return; 0: all (best-of-n SFT: 1)
  double keep_share = 1;         ///< this share of each task's records, by return (top-20% SFT: 0.2)
  bool shuffle_returns = false;  ///< placebo: bins are dealt out anew, within what they were ranked in
  std::map<std::string, double>
      mix;  ///< task = weight: records are left out until the tasks stand so; empty: as they are
};

struct TagOptions {
  std::vector<std::string> input;  ///< scored folders, pooled
  std::filesystem::path out;
  int bins = 5;
  std::string return_kind = "advantage";  ///< or "global"
  std::map<std::string, double> weights = {{"relevance", 0.5}, {"relevance_masked", 0.5}};
  double copying_penalty = 0.1;  ///< standard deviations of return for one of copying; naming the subject copies too
  /// Scorers that can be asked for beside the return, each by its name; "-repetition": less is better. At most
  /// command::max_further.
  std::vector<std::string> further;
  std::vector<std::string> tasks;             ///< the order of their slots; those not named follow by name
  bool only_tasks = false;                    ///< leave out tasks that `tasks` does not name: one student a task
  std::vector<std::string> held_out_scorers;  ///< kept for evaluation: none of them may have a weight
  bool force_held_out = false;                ///< they may
  ArmOptions arm;
  data::SplitOptions split;
  bool drop_near_samples = true;   ///< of answers that are nearly the same the first stays
  bool drop_near_held_out = true;  ///< no training text is nearly one that is held out
  data::NearOptions near;
  command::SupportRule support;
  bool skip_bad = false;
};

void declare(OptionSet& set, TagOptions& options);

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
/// no digit), `other_task`, `not_chosen` (by the arm or the mix), `bad_lines`. Memory holds about a hundred bytes a
/// distinct intent and a bit or two a record; temporary files of about a kilobyte a record lie on the disk of `out`
/// until it ends. An unfinished output is begun anew; a finished one of the same config and inputs is only reported.
/// Throws `Error` (user): a record without one of the weighted scores, a task without training records, too many tasks.
TagResult tag_samples(const TagOptions& options, const RunContext& context);

}  // namespace udrl::distill
