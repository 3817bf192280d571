// Stage "intents": short, plausible user intents from lists of subjects, formats, styles and phrasings, or a user's own
// list. Not for: asking the teacher (synthesize.hpp).
#pragma once

#include <cstdint>
#include <filesystem>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"

namespace udrl::distill {

struct IntentsOptions {
  std::filesystem::path lists = "data/intents";  ///< subjects.tsv, formats.tsv, styles.tsv, phrasings.tsv
  std::filesystem::path from;                    ///< a user's own list instead: text (one intent a line) or JSONL
  std::filesystem::path out;                     ///< folder of shards
  int per_subject = 2;
  int limit = 0;  ///< at most so many intents; 0: all
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, IntentsOptions& options);

/// Writes the intents, each once, in an order shuffled by the seed so that any leading part is a fair sample. Counts:
/// `intents`, `duplicates`, `empty`. Throws `Error` (user) where a list is malformed (file, line, why).
data::Manifest make_intents(const IntentsOptions& options, const RunContext& context);

}  // namespace udrl::distill
