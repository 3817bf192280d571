// A finished evaluation as logs of EleutherAI's lm-evaluation-harness, for what reads those. Not for: udrl's own files
// (evaluate.hpp).
#pragma once

#include <filesystem>
#include <string>

#include "udrl/base/options.hpp"

namespace udrl::eval {

struct LmEvalOptions {
  std::filesystem::path out;     ///< the evaluation's folder
  std::filesystem::path folder;  ///< where the logs go
};

void declare(OptionSet& set, LmEvalOptions& options);

/// Writes ROW/results_TIME.json and ROW/samples_TASK_TIME.jsonl for every row but replicates, as the harness does with
/// --log_samples; TIME is when the evaluation ended, so that the same evaluation gives the same files. Returns what to
/// tell the user.
std::string export_lm_eval(const LmEvalOptions& options);

}  // namespace udrl::eval
