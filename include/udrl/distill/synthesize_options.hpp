// What "udrl-distill synthesize" can be told. Not for: what is done with it (synthesize.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {

struct SynthesizeOptions {
  std::filesystem::path intents;
  std::filesystem::path tasks_folder = "data/tasks";
  std::vector<std::string> tasks;  ///< names; empty: every file of the folder
  std::filesystem::path out;
  lm::ModelOptions teacher;
  int draws = 5;                                                 ///< answers an intent and task
  int first_draw = 0;                                            ///< draws are numbered from here: more, elsewhere
  int tasks_per_intent = 0;                                      ///< so many of the tasks, by chance; 0: all
  std::vector<double> temperatures = {0.6, 0.7, 0.8, 0.9, 1.0};  ///< draw k uses number k modulo their count
  int subsets_per_intent = 2;  ///< few-shot subsets among which the draws of an intent take turns; 0: each its own
  double top_p = 0.95;
  double repeat_penalty = 1.0;
  std::uint64_t limit = 0;  ///< only the first so many intents; 0: all. A larger limit goes on with the same folder
  std::uint64_t skip = 0;   ///< leave out the first so many intents
  std::string shard;        ///< "i/n": the i-th of n jobs that share the intents, 1 ≤ i ≤ n; "": all of them
  std::uint64_t seed = 1;
  int block = 128;  ///< intents whose requests are sorted by few-shot subset, so that its prefix is computed once
};

void declare(OptionSet& set, SynthesizeOptions& options);

}  // namespace udrl::distill
