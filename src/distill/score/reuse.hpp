// Values of samples that were scored before, by content. Not for: scoring.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "udrl/data/id_numbers.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/record.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {

/// SHA-256 of the models by their role.
using ModelHashes = std::map<std::string, std::string>;

/// About 25 bytes a sample, and eight for each wanted value.
class Reuse {
 public:
  /// Reads the scored folders. Throws `Error` (user) for one whose values another model of the same role gave, the same
  /// with other weights, or that read another version of a task; `now` says which are asked.
  Reuse(const std::vector<std::string>& folders, const data::Manifest& now, std::vector<std::string> wanted);

  /// The wanted values that are known; fewer than all where a folder lacks some.
  score::Values of(const data::Record& record) const;

 private:
  void read(const std::string& folder);

  std::vector<std::string> wanted_;
  data::IdNumbers samples_;
  std::deque<double> values_;  ///< of each sample all that are wanted; NaN: not known
};

}  // namespace udrl::distill
