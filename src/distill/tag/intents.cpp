// Where intents come from, by number.
#include "intents.hpp"

#include <set>
#include <unordered_map>

#include "udrl/base/files.hpp"
#include "udrl/data/intent_place.hpp"

namespace udrl::distill {

using data::Split;

IntentTable::Key IntentTable::key_of(const data::Intent& intent) {
  const std::string id = content_id({intent.intent_id});
  return {leading_bits(id), leading_bits(std::string_view(id).substr(16))};
}

std::uint32_t IntentTable::number_of(const Key& key, const data::Intent& intent) {
  const auto [entry, added] = numbers_.emplace(key, size());
  if (!added) return entry->second;
  data::Origin origin;
  origin.group = groups_.of(intent.group);
  origin.subject = subjects_.of(data::subject_of(intent));
  origin.format = formats_.of(intent.format);
  origin.wish = leading_bits(content_id({data::subject_of(intent), intent.format, intent.occasion, intent.style}));
  origin.intent = data::place_of(intent);
  origins_.push_back(origin);
  is_bare_.push_back(intent.format.empty() && intent.occasion.empty() && intent.style.empty());
  return entry->second;
}

/// A list may say of its intents nothing but the subject: they are not one wish, as a few phrasings of it are.
std::vector<data::Origin> IntentTable::origins_of(const std::vector<bool>& present) const {
  constexpr int most_phrasings = 4;
  std::unordered_map<std::uint64_t, int> bare;  // by wish
  for (std::size_t i = 0; i < origins_.size(); ++i)
    if (present[i] && is_bare_[i]) ++bare[origins_[i].wish];
  std::vector<data::Origin> origins;
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (!present[i]) continue;
    origins.push_back(origins_[i]);
    if (is_bare_[i] && bare.at(origins_[i].wish) > most_phrasings) origins.back().wish = origins_[i].intent;
  }
  return origins;
}

IntentTable::Parts IntentTable::split(const std::vector<bool>& present, const data::SplitOptions& options) const {
  const std::vector<data::Origin> origins = origins_of(present);
  const data::OriginNames names{groups_.texts(), subjects_.texts(), formats_.texts()};
  const std::vector<Split> splits = data::split_intents(origins, names, options);
  Parts parts{std::vector<Split>(origins_.size(), Split::train), {}};
  std::map<std::string, std::set<std::uint32_t>> subjects;
  for (std::size_t i = 0, next = 0; i < origins_.size(); ++i) {
    if (!present[i]) continue;
    parts.of_intent[i] = splits[next++];
    subjects[data::split_names[static_cast<std::size_t>(parts.of_intent[i])]].insert(origins_[i].subject);
  }
  for (const auto& [name, numbers] : subjects) parts.subjects[name] = numbers.size();
  return parts;
}

}  // namespace udrl::distill
