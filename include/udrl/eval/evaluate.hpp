// The whole evaluation: cases, answers, costs, figures, report. Not for: any one of them.
#pragma once

#include "udrl/base/tool.hpp"
#include "udrl/eval/options.hpp"
#include "udrl/eval/results.hpp"

namespace udrl::eval {

/// Writes into `options.out`: outputs/ROW/ (answers, kept), costs/SYSTEM.json (kept), measured.jsonl (every answer with
/// its values), results.json, results.md, report.html. What an earlier run of the same settings left is used. A stop
/// request ends it with `stopped_error`; the same command goes on.
Results evaluate(const EvalOptions& options, const RunContext& context);

}  // namespace udrl::eval
