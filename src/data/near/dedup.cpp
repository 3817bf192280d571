// Exact duplicates: hashes sorted on disk, so that equal ones meet. Not for: near duplicates.
#include "udrl/data/dedup.hpp"

#include <cstring>
#include <set>
#include <string>

#include "udrl/base/files.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

struct Payload {
  std::uint64_t key;
  std::uint64_t owner;
};

}  // namespace

TextKey text_key(std::string_view text, std::string_view scope) {
  const std::string id = content_id({scope, fold_case(normalise(text))});
  return {leading_bits(id), leading_bits(std::string_view(id).substr(16))};
}

void DuplicateFinder::add(std::uint64_t number, const TextKey& key, std::uint32_t owner) {
  const Payload payload{key[1], owner};
  keys_.add(key[0], number, {reinterpret_cast<const char*>(&payload), sizeof payload});
}

void DuplicateFinder::find(const std::function<void(std::uint64_t, bool)>& take) {
  std::uint64_t half = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;  // (other half of the key, owner) among those of one half
  keys_.drain([&](const ExternalSorter::Entry& entry) {
    if (entry.key != half) seen.clear();
    half = entry.key;
    Payload payload{};
    std::memcpy(&payload, entry.payload.data(), sizeof payload);
    const auto of_text = seen.lower_bound({payload.key, 0});
    const bool again = of_text != seen.end() && of_text->first == payload.key;
    const bool is_new = seen.emplace(payload.key, payload.owner).second;
    if (again) take(entry.order, !is_new);
  });
}

}  // namespace udrl::data
