// What a threshold for near duplicates would leave out, with examples, before it is chosen. Not for: leaving out (tag).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/near_duplicates.hpp"

namespace udrl::inspect {

struct DuplicatesOptions {
  std::vector<std::string> input;  ///< folders of samples or scored records, pooled
  std::filesystem::path temporary = std::filesystem::temp_directory_path();
  std::vector<double> thresholds = {0.5, 0.6, 0.7, 0.8, 0.9};
  int examples = 3;  ///< pairs shown for each threshold, the least similar ones that it drops
  data::NearOptions near;
};

void declare(OptionSet& set, DuplicatesOptions& options);

struct DuplicatePair {
  double similarity = 0;
  bool same_intent = false;
  std::string kept, dropped;  ///< texts
};
struct ThresholdEffect {
  double threshold = 0;
  std::uint64_t answers = 0, near = 0, near_across = 0;  ///< of them: near another of the same, of another intent
  std::vector<DuplicatePair> examples;
};

/// One row a threshold, in ascending order. Only answers that are samples (`finish` is stop) count; those of different
/// tasks are not compared. Memory grows by a few bytes an answer.
std::vector<ThresholdEffect> threshold_effects(const DuplicatesOptions& options, const RunContext& context);
/// For people: a table, then the examples.
std::string to_text(const std::vector<ThresholdEffect>& effects);

}  // namespace udrl::inspect
