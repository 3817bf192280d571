// Intents that are easily mistaken for one another.
#include "udrl/score/siblings.hpp"

#include <algorithm>

#include "udrl/data/intent_place.hpp"

namespace udrl::score {
namespace {

/// Walks the sample in a circle from `place`, and takes what differs.
template <class Sample, class Differs>
void take(const Sample& sample, std::uint64_t place, Differs differs, std::vector<std::string>& out) {
  std::size_t taken = 0;
  auto next = sample.upper_bound(place);
  for (std::size_t seen = 0; seen < sample.size() && taken < Siblings::of_each_kind; ++seen, ++next) {
    if (next == sample.end()) next = sample.begin();
    if (!differs(next->second)) continue;
    if (std::find(out.begin(), out.end(), next->second.intent) != out.end()) continue;
    out.push_back(next->second.intent);
    ++taken;
  }
}

}  // namespace

void Siblings::keep(Sample& sample, std::uint64_t place, const data::Intent& intent) {
  if (sample.size() >= kept_at_most && place > sample.rbegin()->first) return;
  sample.emplace(place, Kept{intent.intent, data::subject_of(intent), intent.format});
  if (sample.size() > kept_at_most) sample.erase(std::prev(sample.end()));
}

void Siblings::add(const data::Intent& intent) {
  const std::uint64_t place = data::place_of(intent);
  if (!intent.format.empty()) keep(by_format_[intent.format], place, intent);
  if (!intent.style.empty()) keep(by_style_[intent.style], place, intent);
  keep(by_subject_[data::subject_of(intent)], place, intent);
}

std::vector<std::string> Siblings::of(const data::Intent& intent) const {
  std::vector<std::string> out;
  const std::uint64_t place = data::place_of(intent);
  const std::string& subject = data::subject_of(intent);
  const auto take_from = [&](const std::map<std::string, Sample>& samples, const std::string& key, auto differs) {
    const auto found = samples.find(key);
    if (found != samples.end()) take(found->second, place, differs, out);
  };
  const auto other_subject = [&](const Kept& k) { return k.subject != subject; };
  if (!intent.format.empty()) take_from(by_format_, intent.format, other_subject);
  if (out.empty() && !intent.style.empty()) take_from(by_style_, intent.style, other_subject);
  take_from(by_subject_, subject,
            [&](const Kept& k) { return k.format != intent.format && k.intent != intent.intent; });
  return out;
}

}  // namespace udrl::score
