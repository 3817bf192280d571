// Texts of one subject that mean nearly the same, by the cosine of their sentence embeddings. Not for: near-equal
// spelling (data/near_duplicates.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/data/external_sort.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

/// In flat memory: texts lie on disk, sorted by subject, until `find`.
class SameMeaning {
 public:
  /// `where`: an existing folder for temporary files. `threshold`: cosine, [−1, 1].
  SameMeaning(double threshold, const std::filesystem::path& where) : threshold_(threshold), sorter_(where) {}
  void add(const std::string& subject, std::uint64_t item, const std::string& text);
  /// Items whose cosine with an earlier, kept item of their subject reaches the threshold. Call once.
  std::vector<std::uint64_t> find(lm::LanguageModel& embedder);

 private:
  double threshold_;
  data::ExternalSorter sorter_;
};

}  // namespace udrl::distill
