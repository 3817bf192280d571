// Exact duplicates, by normalised and case-folded text, among millions in flat memory. Not for: near duplicates.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "udrl/data/external_sort.hpp"

namespace udrl::data {

/// 128 bits of SHA-256: equal for texts that are the same but for case and spacing, in one scope (for example a task).
using TextKey = std::array<std::uint64_t, 2>;
TextKey text_key(std::string_view text, std::string_view scope = "");

class DuplicateFinder {
 public:
  /// Temporary files lie on the disk of `where`, an existing folder.
  explicit DuplicateFinder(const std::filesystem::path& where) : keys_(where) {}
  /// `number`: ascending. `owner`: whose text it is (for example an intent).
  void add(std::uint64_t number, const TextKey& key, std::uint32_t owner);
  /// Each text of which there is an earlier one, in any order; `same_owner`: of its owner. Call once.
  void find(const std::function<void(std::uint64_t number, bool same_owner)>& take);

 private:
  ExternalSorter keys_;  ///< (half of the key, number): the other half and the owner
};

}  // namespace udrl::data
