// Stage "synthesize": several answers of the teacher to each intent and task, over temperatures and few-shot subsets.
// Not for: judging them (score.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/synthesize_options.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

struct SynthesizeResult {
  data::Manifest manifest;
  std::uint64_t generated_tokens = 0;  ///< in this run
  std::uint64_t prompt_tokens = 0;     ///< in this run, shared ones once
  double seconds = 0;                  ///< in this run, model time
};

/// Appends one record an answer to `out`; what is there already is not asked again. Each record's sampling is a
/// function of (seed, record id). `finish` is `stop`, `length` (cut, never a sample), `content_filter` (withheld by an
/// endpoint), or `rejected` with the rule in `rejected_by`. An intent that stands several times is asked about once,
/// and said. What an endpoint fails to answer becomes no record: it is counted in failures.json, asked again by the
/// next run, and an `Error` (failure) at the end. A stop request ends it with everything written that was answered, and
/// throws `stopped_error`. Throws `Error`: no intent (user); of all answers none is a sample (failure).
SynthesizeResult synthesize(const SynthesizeOptions& options, const RunContext& context);
/// The same with a teacher that is open.
SynthesizeResult synthesize(const SynthesizeOptions& options, lm::LanguageModel& teacher, const RunContext& context);

}  // namespace udrl::distill
