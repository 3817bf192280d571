// All records of the input as rows and signatures on disk. Not for: returns (steps.hpp), or writing (steps.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rows.hpp"
#include "udrl/data/near_search.hpp"
#include "udrl/distill/tag_options.hpp"

namespace udrl::distill {

struct Pool {
  RowFile rows;
  data::SignatureFile answers;                    ///< by row; empty where no near duplicates are looked for
  data::SignatureFile intents;                    ///< by number of intent; the same
  std::vector<std::string> score_names;           ///< the weighted scorers and, where it is penalised, copying
  std::vector<std::string> tasks;                 ///< by task_index
  std::map<std::string, std::uint64_t> subjects;  ///< by split
};

/// A pass over all rows: its progress, and where it is stopped.
class Pass {
 public:
  /// `what`: "tag: write"; `doing`: "writing"; `total` 0: not known.
  Pass(Observer& observer, const std::string& what, std::string doing, std::uint64_t total)
      : observer_(observer), progress_{what, "answers", 0, total, 0, ""}, doing_(std::move(doing)) {}
  /// One row is done. Throws stopped_error where a stop was requested.
  void step();
  void check() const;

 private:
  Observer& observer_;
  Progress progress_;
  std::string doing_;
};

/// Reads and parses the input once, with its files in `out`. Exact duplicates, and what is too long or empty, have
/// their outcome; every row has its split. Malformed lines go to rejects.jsonl there, or stop the stage, as `skip_bad`
/// says. Throws `Error` (user) for a record that lacks one of the `scores`, and for more tasks than commands have.
Pool read_pool(const PoolOptions& options, const std::vector<std::string>& scores, const std::filesystem::path& out,
               Observer& observer);

}  // namespace udrl::distill
