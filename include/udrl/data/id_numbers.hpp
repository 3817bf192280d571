// Ids of tens of millions of records, each with a number, in about 25 bytes each. For: which records are there, and
// values beside them. Not for: the ids as texts, which are not kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace udrl::data {

/// Gives each distinct id the next number. Of an id (`content_id`) all 128 bits are compared, of any other text those
/// of its content_id. Once moved from it is not used again.
class IdNumbers {
 public:
  IdNumbers();
  /// Its number, and whether it is new. Throws `Error` (failure) beyond four thousand million of them.
  std::pair<std::uint32_t, bool> add(std::string_view id);
  std::optional<std::uint32_t> find(std::string_view id) const;
  bool contains(std::string_view id) const { return find(id).has_value(); }
  std::uint64_t size() const { return size_; }
  /// What it takes of memory.
  std::uint64_t bytes() const;

 private:
  static constexpr std::uint32_t nothing = 0xffffffff;
  using Key = std::array<std::uint32_t, 4>;
  struct Slot {
    Key key{};
    std::uint32_t number = nothing;
  };
  /// A table with open addressing. They grow one by one, by an eighth, so that two copies of all never stand in memory.
  struct Part {
    std::vector<Slot> slots;
    std::size_t used = 0;
  };

  static Key key_of(std::string_view id);
  static std::uint64_t place_of(const Key& key);
  static std::size_t part_of(const Key& key);
  static std::size_t slot_of(const std::vector<Slot>& slots, const Key& key);
  static void make_room(Part& part);

  std::vector<Part> parts_;
  std::uint64_t size_ = 0;
};

}  // namespace udrl::data
