// How often words stand in requests and in answers. Not for: vectors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/distill/ideas_options.hpp"

namespace udrl::distill {

struct WordCounts {
  std::uint64_t records = 0;
  std::map<std::string, std::uint64_t> in_requests;           ///< records whose request holds the word
  std::vector<std::string> tasks;                             ///< names
  std::vector<std::map<std::string, std::uint64_t>> answers;  ///< by task: good answers that hold it beyond the request
};

/// Of the training split. Good answers are those of the upper half of the returns; answers in JSON count for nothing.
WordCounts count_words(const IdeasOptions& options);

/// The words of the table, ascending: those of the nouns, then the most common of answers and requests.
std::vector<std::string> words_of_table(const IdeasOptions& options, const WordCounts& counts);

}  // namespace udrl::distill
