// Samples and results as lm-evaluation-harness has them (its result_schema.py). Not for: files (run/lm_eval.cpp).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "measure/finished.hpp"

namespace udrl::eval {

/// One system on one task.
struct LmEvalTask {
  std::vector<data::Json> samples;  ///< in the order of the cases
};

struct LmEvalModel {
  std::string name;                         ///< of the row, and of the folder
  std::map<std::string, LmEvalTask> tasks;  ///< "udrl_PART_TASK"
};

/// A model for each row but replicates. A sample's prompt is the intent, as rows are asked in different words; its
/// target is what the reference answered.
std::vector<LmEvalModel> lm_eval_models(const FinishedRun& run);

/// results_TIME.json. `date` is in seconds since 1970.
data::Json lm_eval_results(const LmEvalModel& model, const FinishedRun& run, double date);

}  // namespace udrl::eval
