// What "udrl-distill score" can be told. Not for: what is done with it (score.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/distill/scorer_options.hpp"

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

}  // namespace udrl::distill
