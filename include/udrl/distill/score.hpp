// Stage "score": gives each sample its figures (scorers of udrl/score), in fixed blocks, so that a stage stopped
// anywhere and started again ends with the same bytes. Not for: what the figures are worth (tag.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

struct ScoreOptions {
  std::vector<std::string> input;  ///< folders (or files) of samples, read one after another
  std::filesystem::path out;
  std::vector<std::string> scorers = {"relevance", "relevance_masked", "copying", "repetition"};
  lm::ModelOptions embedder;
  std::vector<std::string> reuse;      ///< scored folders: the same intent and prompt take their values from there
  std::filesystem::path tasks_folder;  ///< apply the validity rules of these tasks; empty: synthesis did
  int block = 512;                     ///< records scored and written together
  bool skip_bad = false;
};

void declare(OptionSet& set, ScoreOptions& options);

/// Writes every sample that finished with `stop` (and is valid), in the order of the input, with `scores` and `words`
/// added. Counts: `scored`, `reused` (among the scored), `finish_…` and `rule_…` by reason, `bad_lines`. Reused values
/// must come from the same embedding model. A stop request ends it between two blocks with `stopped_error`.
data::Manifest score_samples(const ScoreOptions& options, const RunContext& context);
/// The same with a model that is open; null if no scorer embeds.
data::Manifest score_samples(const ScoreOptions& options, lm::LanguageModel* embedder, const RunContext& context);

}  // namespace udrl::distill
