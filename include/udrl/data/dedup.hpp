// Exact duplicates, by normalised and case-folded text. Not for: near duplicates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace udrl::data {

/// Remembers 128 bits of SHA-256 for each distinct text: about 40 bytes a text, whatever its length.
class SeenTexts {
 public:
  /// True if `text` was not seen before in `scope` (for example an intent's id and a task).
  bool insert(std::string_view text, std::string_view scope = "");
  std::size_t size() const { return seen_.size(); }

 private:
  using Key = std::array<std::uint64_t, 2>;
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return static_cast<std::size_t>(key[0]); }
  };
  std::unordered_set<Key, Hash> seen_;
};

}  // namespace udrl::data
