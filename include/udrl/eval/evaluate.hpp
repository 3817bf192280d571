// The whole evaluation: cases, answers, costs, figures, report. Not for: any one of them.
#pragma once

#include <functional>
#include <string>

#include "udrl/base/tool.hpp"
#include "udrl/eval/options.hpp"

namespace udrl::eval {

/// Writes into `options.out`: outputs/ROW/ (answers, kept), costs/SYSTEM.json (kept), measured.jsonl (every answer with
/// its values), results.json, results.md, report.html. What an earlier run of the same settings left is used. A stop
/// request ends it with `stopped_error`; the same command goes on. `show` gets the table for a terminal when all is
/// written. Throws `Error` (failure) after that where an endpoint left requests without an answer.
void evaluate(const EvalOptions& options, const RunContext& context,
              const std::function<void(const std::string& table)>& show);

}  // namespace udrl::eval
