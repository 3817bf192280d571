// What "udrl-distill intents" can be told. Not for: what is done with it (intents.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {

struct IntentsOptions {
  std::filesystem::path lists = "data/intents";  ///< the lists of `subjects`, formats, occasions, styles, phrasings
  std::vector<std::string> subjects = {"subjects.tsv", "wordnet_subjects.tsv"};  ///< files of `lists`
  std::filesystem::path from;  ///< a user's own list instead: text (one intent a line), CSV, TSV or JSON
  std::filesystem::path out;   ///< folder of shards
  int per_subject = 2;         ///< with other formats, occasions, styles or phrasings
  int limit = 0;               ///< at most so many intents; 0: all
  int most_words = 14;         ///< longer ones are left out
  bool drop_near = true;       ///< leave out what is nearly the same as an earlier one
  data::NearOptions near;
  double same_meaning = 1;    ///< cosine from which two intents of one subject mean the same; 1: not compared
  lm::ModelOptions embedder;  ///< for that
  int invent = 0;             ///< lists of up to eight intents that the teacher is asked to invent
  lm::ModelOptions teacher;   ///< for that
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, IntentsOptions& options);

}  // namespace udrl::distill
