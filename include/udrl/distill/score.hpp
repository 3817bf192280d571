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
#include "udrl/distill/scorers.hpp"

namespace udrl::distill {

struct ScoreOptions : ScorerNeeds {
  std::vector<std::string> scorers = {"relevance", "relevance_masked", "copying", "repetition"};
  std::vector<std::string> input;  ///< folders (or files) of samples
  std::filesystem::path out;
  std::vector<std::string> reuse;  ///< scored folders: the same task, intent and answer take their values from there
  std::string suffix;              ///< behind the names of values that a model gave: keeps two models' apart
  int block = 512;                 ///< records scored and written together, at least; intents are not divided
  bool skip_bad = false;
  // tasks_folder: their validity rules are applied again; empty: synthesis did
};

void declare(OptionSet& set, ScoreOptions& options);

/// Writes every sample that finished with `stop` (and is valid), sorted by the hash of its intent, then by task, with
/// `scores` and `words` added; scores that it had stay. Counts: `scored`, `reused` (among the scored: all that can be),
/// `finish_…` and `rule_…` by reason, `bad_lines`, `unscored_VALUE` (a judge named no digit: the record lists the value
/// under `unscored`). Reused values must come from the same models. A stop request ends it
/// between two blocks with `stopped_error`.
data::Manifest score_samples(const ScoreOptions& options, const RunContext& context);
/// The same with models that are open.
data::Manifest score_samples(const ScoreOptions& options, const score::Models& models, const RunContext& context);

}  // namespace udrl::distill
