// What a scorer makes of texts, by content and kept on disk: what was scored before is not scored again. Not for: which
// scorers there are (scoring.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "udrl/data/output_folder.hpp"
#include "udrl/score/resources.hpp"

namespace udrl::eval {

struct ScorerInfo;

/// The values of one text, in the order of the cache's `names`.
using TextValues = std::vector<double>;

class ValueCache {
 public:
  /// Opening a folder that another model or other task files wrote throws, naming the difference. `names`: the fields
  /// of a line.
  ValueCache(const std::filesystem::path& folder, const ScorerInfo& info,
             const std::map<std::string, std::string>& inputs, std::vector<std::string> names);

  using Score = std::function<std::vector<TextValues>(std::span<const score::Candidate>)>;
  /// In blocks, each on disk before the next begins. `done` is told how many answers have their values, first of all
  /// how many had them before.
  std::vector<TextValues> score(std::span<const score::Candidate> answers, const Score& score,
                                const std::function<void(std::size_t done)>& done);

 private:
  data::OutputFolder folder_;
  std::vector<std::string> names_;
  std::map<std::string, TextValues> known_;  ///< by content_id of intent, task and answer
};

}  // namespace udrl::eval
