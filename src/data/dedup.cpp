// Exact duplicates by hash. Not for: near duplicates.
#include "udrl/data/dedup.hpp"

#include <string>

#include "udrl/base/files.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {

bool SeenTexts::insert(std::string_view text, std::string_view scope) {
  const std::string id = content_id({scope, fold_case(normalise(text))});
  return seen_.insert({leading_bits(id), leading_bits(std::string_view(id).substr(16))}).second;
}

}  // namespace udrl::data
