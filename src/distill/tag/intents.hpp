// The distinct intents of a pool, and which part of the data each belongs to. Not for: how parts are chosen
// (data/splits.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "udrl/data/dedup.hpp"
#include "udrl/data/record.hpp"
#include "udrl/data/splits.hpp"

namespace udrl::distill {

/// Gives each distinct text the next number.
class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(const std::string& first) { of(first); }
  std::uint32_t of(const std::string& text) {
    const auto [entry, added] = numbers_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.push_back(text);
    return entry->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> texts_;
};

/// About a hundred bytes a distinct intent: no texts of theirs.
class IntentTable {
 public:
  using Key = std::array<std::uint64_t, 2>;
  /// 128 bits of SHA-256 of its id.
  static Key key_of(const data::Intent& intent);
  /// The number of an intent, in the order of appearance; its origin is noted when it is seen first.
  std::uint32_t number_of(const Key& key, const data::Intent& intent);
  std::uint32_t size() const { return static_cast<std::uint32_t>(origins_.size()); }

  struct Parts {
    std::vector<data::Split> of_intent;             ///< by number
    std::map<std::string, std::uint64_t> subjects;  ///< by split
  };
  /// Only intents that `present` holds take part: the others may not hold anything out.
  Parts split(const std::vector<bool>& present, const data::SplitOptions& options) const;

 private:
  std::vector<data::Origin> origins_of(const std::vector<bool>& present) const;

  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return static_cast<std::size_t>(key[0]); }
  };
  std::unordered_map<Key, std::uint32_t, Hash> numbers_;
  Numbers groups_, subjects_, formats_{""};
  std::vector<data::Origin> origins_;  ///< by number
  std::vector<bool> is_bare_;          ///< neither format nor occasion nor style
};

}  // namespace udrl::distill
