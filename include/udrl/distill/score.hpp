// Stage "score": gives each sample its figures (scorers of udrl/score), in fixed blocks of whole intents, so that a
// stage stopped anywhere and started again ends with the same bytes. Not for: what the figures are worth (doctor.hpp),
// or what is made of them (tag.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/score_options.hpp"
#include "udrl/distill/scorer_options.hpp"

namespace udrl::distill {

/// Writes every sample that finished with `stop` (and is valid), sorted by the hash of its intent, then by task, with
/// `scores` and `words` added; scores that it had stay. Counts: `scored`, `reused` (among the scored: all that can be),
/// `finish_…` and `rule_…` by reason, `bad_lines`, `unscored_VALUE` (a judge named no digit: the record lists the value
/// under `unscored`). Reused values must come from the same models. A stop request ends it
/// between two blocks with `stopped_error`.
data::Manifest score_samples(const ScoreOptions& options, const RunContext& context);
/// The same with models that are open.
data::Manifest score_samples(const ScoreOptions& options, const score::Models& models, const RunContext& context);

}  // namespace udrl::distill
