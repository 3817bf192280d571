// Exact duplicates by hash. Not for: near duplicates.
#include "udrl/data/dedup.hpp"

#include <charconv>
#include <string>

#include "udrl/base/files.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

std::uint64_t from_hex(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

bool SeenTexts::insert(std::string_view text, std::string_view scope) {
  const std::string id = content_id({scope, fold_case(normalise(text))});
  const std::string_view digits = id;
  return seen_.insert({from_hex(digits.substr(0, 16)), from_hex(digits.substr(16, 16))}).second;
}

}  // namespace udrl::data
