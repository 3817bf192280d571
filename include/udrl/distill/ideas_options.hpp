// What "udrl-distill ideas" can be told. Not for: what is done with it (ideas.hpp).
#pragma once

#include <filesystem>

#include "udrl/base/options.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {

struct IdeasOptions {
  std::filesystem::path data;  ///< tagged/: its train/ and commands.json
  std::filesystem::path out;
  std::filesystem::path nouns = "data/words/nouns.txt";  ///< words that requests may hold, one phrase a line
  int dimensions = 96;                                   ///< of a word's vector
  int at_least = 4;                                      ///< answers that hold a word before it is proposed
  int most_words = 10'000;                               ///< in the table
  lm::ModelOptions embedder;
};

void declare(OptionSet& set, IdeasOptions& options);

}  // namespace udrl::distill
