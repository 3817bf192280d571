// Choosing and pairing cases.
#include "cases.hpp"

#include <algorithm>
#include <map>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {
namespace {

/// Subjects in an order shuffled by the seed, each with its intents shuffled too.
std::vector<std::vector<data::Intent>> shuffled_subjects(std::vector<data::Intent> intents, std::uint64_t seed) {
  std::map<std::string, std::vector<data::Intent>> by_subject;
  for (data::Intent& intent : intents) by_subject[data::subject_of(intent)].push_back(std::move(intent));
  std::vector<std::vector<data::Intent>> out;
  for (auto& [subject, group] : by_subject) {
    RandomStream(seed, "eval/intents/" + subject).shuffle(group);
    out.push_back(std::move(group));
  }
  RandomStream(seed, "eval/subjects").shuffle(out);
  return out;
}

/// Positions of a slice's cases, subjects kept together, subjects and cases in an order shuffled by the seed.
std::vector<std::size_t> grouped_by_subject(const CaseSet& set, const Slice& slice, std::uint64_t seed) {
  const Part& part = set.parts[slice.part];
  std::vector<std::size_t> rank(part.subjects.size());
  for (std::size_t i = 0; i < rank.size(); ++i) rank[i] = i;
  RandomStream stream(seed, "eval/derangement/" + part.name + "/" + slice.task);
  stream.shuffle(rank);
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < set.cases.size(); ++i)
    if (slice.holds(set.cases[i])) positions.push_back(i);
  stream.shuffle(positions);
  std::stable_sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
    return rank[set.cases[a].cluster] < rank[set.cases[b].cluster];
  });
  return positions;
}

std::size_t largest_subject(const CaseSet& set, const std::vector<std::size_t>& positions) {
  std::map<std::size_t, std::size_t> sizes;
  std::size_t largest = 0;
  for (const std::size_t i : positions) largest = std::max(largest, ++sizes[set.cases[i].cluster]);
  return largest;
}

/// Writes the sources of a slice's cases.
void derange(const CaseSet& set, const Slice& slice, std::uint64_t seed, std::vector<std::size_t>& source) {
  const auto positions = grouped_by_subject(set, slice, seed);
  const std::size_t shift = largest_subject(set, positions);  // past every other case of the same subject
  if (2 * shift > positions.size())
    throw user_error("too few subjects to exchange answers between them")
        .at(set.parts[slice.part].name)
        .expected("no subject with more than half of the intents")
        .got(std::to_string(shift) + " of " + std::to_string(positions.size()))
        .hint("evaluate more intents, or data of more subjects");
  for (std::size_t i = 0; i < positions.size(); ++i) source[positions[i]] = positions[(i + shift) % positions.size()];
}

}  // namespace

std::vector<data::Intent> read_split_intents(const std::filesystem::path& split_folder) {
  std::map<std::string, data::Intent> by_id;  // of the text, as a case's: ids made by hand may give one text two
  data::JsonLinesReader reader(split_folder);
  while (auto intent = reader.next_as(data::intent_from_json)) by_id.emplace(content_id({intent->intent}), *intent);
  std::vector<data::Intent> intents;
  for (auto& [id, intent] : by_id) intents.push_back(std::move(intent));
  return intents;
}

std::vector<data::Intent> choose_intents(std::vector<data::Intent> intents, const CaseOptions& options) {
  const auto subjects = shuffled_subjects(std::move(intents), options.seed);
  std::vector<data::Intent> chosen;
  for (std::size_t round = 0; chosen.size() < options.intents; ++round) {
    bool any = false;
    for (const auto& group : subjects) {
      if (round >= group.size()) continue;
      any = true;
      if (chosen.size() < options.intents) chosen.push_back(group[round]);
    }
    if (!any) break;
  }
  return chosen;
}

void add_part(CaseSet& set, const std::string& name, const std::vector<data::Intent>& intents,
              const command::Fitted& fitted, std::uint64_t seed) {
  Part part{name, {}, intents.size()};
  std::map<std::string, std::size_t> clusters;
  for (const auto& intent : intents) {
    const auto [cluster, is_new] = clusters.emplace(data::subject_of(intent), clusters.size());
    if (is_new) part.subjects.push_back(data::subject_of(intent));
    for (std::size_t t = 0; t < set.tasks.size(); ++t) {
      const std::string& task = set.tasks[t];
      Case c{content_id({intent.intent, task}), intent, task, t, 0, set.parts.size(), cluster->second};
      RandomStream stream(seed, "eval/words/" + c.id);
      c.asked_words = fitted.draw_words(fitted.index_of(c.task), stream);
      set.cases.push_back(std::move(c));
    }
  }
  set.parts.push_back(std::move(part));
}

CaseSet without_intents_of(const CaseSet& set, const std::set<std::string>& cases) {
  using Key = std::pair<std::size_t, std::string>;  // part, intent
  std::set<Key> left_out, intents;
  for (const Case& c : set.cases)
    if (cases.contains(c.id)) left_out.insert({c.part, c.intent.intent});
  CaseSet out{{}, set.parts, set.tasks};
  for (Part& part : out.parts) part.subjects.clear(), part.intents = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> clusters;  // part and old number → new one
  for (const Case& c : set.cases) {
    if (left_out.contains({c.part, c.intent.intent})) continue;
    Part& part = out.parts[c.part];
    const auto [cluster, is_new] = clusters.emplace(std::pair(c.part, c.cluster), part.subjects.size());
    if (is_new) part.subjects.push_back(set.parts[c.part].subjects[c.cluster]);
    if (intents.insert({c.part, c.intent.intent}).second) ++part.intents;
    out.cases.push_back(c);
    out.cases.back().cluster = cluster->second;
  }
  return out;
}

std::vector<std::size_t> derangement(const CaseSet& set, std::uint64_t seed) {
  std::vector<std::size_t> source(set.cases.size());
  for (std::size_t part = 0; part < set.parts.size(); ++part)
    for (const std::string& task : set.tasks) derange(set, {part, task}, seed, source);
  return source;
}

}  // namespace udrl::eval
