// Where an intent stands among others, by its id alone. Not for: an order that a seed changes.
#pragma once

#include <cstdint>
#include <string_view>

#include "udrl/base/files.hpp"
#include "udrl/data/record.hpp"

namespace udrl::data {

/// By the id where it is hexadecimal, as this program makes them; other ids, of somebody else's data, by their hash.
inline std::uint64_t place_of(const Intent& intent) {
  const std::string_view digits = std::string_view(intent.intent_id).substr(0, 16);
  const bool is_ours = digits.size() == 16 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return leading_bits(is_ours ? intent.intent_id : content_id({intent.intent_id}));
}

}  // namespace udrl::data
