// Ids by their bits, in tables of which none has room to spare.
#include "udrl/data/id_numbers.hpp"

#include <string>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/hash.hpp"

namespace udrl::data {
namespace {

constexpr int part_bits = 8;
constexpr std::size_t id_digits = 32;
constexpr std::uint64_t low_half = 0xffffffff;

bool is_id(std::string_view text) {
  return text.size() == id_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

IdNumbers::IdNumbers() : parts_(std::size_t{1} << part_bits) {}

std::pair<std::uint32_t, bool> IdNumbers::add(std::string_view id) {
  const Key key = key_of(id);
  Part& part = parts_[part_of(key)];
  make_room(part);
  Slot& slot = part.slots[slot_of(part.slots, key)];
  if (slot.number != nothing) return {slot.number, false};
  if (size_ == nothing) throw failure("there are more records than can be numbered").hint("take them in several parts");
  slot.key = key;
  slot.number = static_cast<std::uint32_t>(size_++);
  ++part.used;
  return {slot.number, true};
}

std::optional<std::uint32_t> IdNumbers::find(std::string_view id) const {
  const Key key = key_of(id);
  const std::vector<Slot>& slots = parts_[part_of(key)].slots;
  if (slots.empty()) return std::nullopt;
  const Slot& slot = slots[slot_of(slots, key)];
  if (slot.number == nothing) return std::nullopt;
  return slot.number;
}

std::uint64_t IdNumbers::bytes() const {
  std::uint64_t bytes = parts_.capacity() * sizeof(Part);
  for (const Part& part : parts_) bytes += part.slots.capacity() * sizeof(Slot);
  return bytes;
}

IdNumbers::Key IdNumbers::key_of(std::string_view id) {
  const std::string of_text = is_id(id) ? std::string() : content_id({id});
  const std::string_view digits = of_text.empty() ? id : std::string_view(of_text);
  const std::uint64_t high = leading_bits(digits), low = leading_bits(digits.substr(id_digits / 2));
  return {static_cast<std::uint32_t>(high >> 32), static_cast<std::uint32_t>(high & low_half),
          static_cast<std::uint32_t>(low >> 32), static_cast<std::uint32_t>(low & low_half)};
}

std::uint64_t IdNumbers::place_of(const Key& key) {
  const std::uint64_t high = (std::uint64_t{key[0]} << 32) | key[1], low = (std::uint64_t{key[2]} << 32) | key[3];
  return mix(high ^ mix(low));  // ids made by hand may be numbers in a row
}

std::size_t IdNumbers::part_of(const Key& key) { return static_cast<std::size_t>(place_of(key) >> (64 - part_bits)); }

/// Where the key stands, or the free slot that it is to have: there is one.
std::size_t IdNumbers::slot_of(const std::vector<Slot>& slots, const Key& key) {
  auto at = static_cast<std::size_t>(((place_of(key) & low_half) * slots.size()) >> 32);
  while (slots[at].number != nothing && slots[at].key != key) at = at + 1 == slots.size() ? 0 : at + 1;
  return at;
}

/// For one more, with 15 of 100 slots free.
void IdNumbers::make_room(Part& part) {
  const std::size_t size = part.slots.size();
  if ((part.used + 1) * 100 <= size * 85) return;
  std::vector<Slot> larger(size + size / 8 + 8);
  for (const Slot& slot : part.slots)
    if (slot.number != nothing) larger[slot_of(larger, slot.key)] = slot;
  part.slots = std::move(larger);
}

}  // namespace udrl::data
