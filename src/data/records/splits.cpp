// Parts drawn by hash: groups and formats first, then subjects within their group, then single intents.
#include "udrl/data/splits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::data {
namespace {

/// The hash of a name for one purpose, and as a number in [0, 1).
std::uint64_t hash_of(const SplitOptions& options, const char* purpose, const std::string& name) {
  return leading_bits(content_id({std::to_string(options.seed), purpose, name}));
}
double chance(std::uint64_t hash) { return std::ldexp(static_cast<double>(hash >> 11), -53); }

void check(const SplitOptions& options) {
  const double test = options.test_fraction, valid = options.valid_fraction;
  if (test >= 0 && valid >= 0 && test + valid < 1) return;
  throw user_error("the held-out fractions leave nothing to train on")
      .expected("test_fraction and valid_fraction of 0 or more, together below 1")
      .got(std::to_string(test) + " and " + std::to_string(valid));
}

/// Numbers of the names, in the order of their hashes.
std::vector<std::uint32_t> in_hash_order(const std::vector<std::string>& names, std::vector<std::uint32_t> numbers,
                                         const SplitOptions& options, const char* purpose) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> places;
  for (const std::uint32_t number : numbers) places.emplace_back(hash_of(options, purpose, names[number]), number);
  std::sort(places.begin(), places.end(), [&](const auto& a, const auto& b) {
    return std::tie(a.first, names[a.second]) < std::tie(b.first, names[b.second]);
  });
  for (std::size_t i = 0; i < places.size(); ++i) numbers[i] = places[i].second;
  return numbers;
}

/// Which of the names, from number `first` on, are held out whole.
std::vector<bool> choose(const std::vector<std::string>& names, std::uint32_t first, int wanted,
                         const SplitOptions& options, const char* purpose) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = first; i < names.size(); ++i) numbers.push_back(i);
  const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(std::max(wanted, 0)), numbers.size() / 10);
  numbers = in_hash_order(names, std::move(numbers), options, purpose);
  std::vector<bool> chosen(names.size());
  for (std::size_t i = 0; i < count; ++i) chosen[numbers[i]] = true;
  return chosen;
}

std::size_t share(double fraction, std::size_t n, std::size_t left) {
  if (fraction <= 0) return 0;
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(n)));
  return std::min(std::max<std::size_t>(wanted, 1), left);
}

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

/// Each subject's group: the first by name of those it is in.
std::vector<std::uint32_t> group_of_subjects(const std::vector<Origin>& intents, const OriginNames& names) {
  std::vector<std::uint32_t> group(names.subjects.size(), nobody);
  for (const Origin& intent : intents) {
    std::uint32_t& known = group[intent.subject];
    if (known == nobody || names.groups[intent.group] < names.groups[known]) known = intent.group;
  }
  return group;
}

std::vector<Split> split_subjects(const std::vector<std::uint32_t>& group_of, const OriginNames& names,
                                  const SplitOptions& options) {
  std::vector<std::vector<std::uint32_t>> members(names.groups.size());
  for (std::uint32_t s = 0; s < group_of.size(); ++s) {
    if (group_of[s] != nobody) members[group_of[s]].push_back(s);
  }
  std::vector<Split> splits(names.subjects.size(), Split::train);
  for (auto& group : members) {
    const std::size_t n = group.size();
    if (n == 0) continue;
    group = in_hash_order(names.subjects, std::move(group), options, "subject");
    const std::size_t test = share(options.test_fraction, n, n - 1);
    const std::size_t valid = share(options.valid_fraction, n, n - 1 - test);
    for (std::size_t i = 0; i < test + valid; ++i) splits[group[i]] = i < test ? Split::test : Split::valid;
  }
  return splits;
}

/// Of each wish that is phrased in several ways, the phrasing that may train.
std::unordered_map<std::uint64_t, std::uint64_t> first_phrasings(const std::vector<Origin>& intents) {
  std::unordered_map<std::uint64_t, std::uint64_t> first;
  for (const Origin& intent : intents) {
    const auto [entry, added] = first.emplace(intent.wish, intent.intent);
    if (!added) entry->second = std::min(entry->second, intent.intent);
  }
  return first;
}

}  // namespace

std::vector<Split> split_intents(const std::vector<Origin>& intents, const OriginNames& names,
                                 const SplitOptions& options) {
  check(options);
  const auto group_of = group_of_subjects(intents, names);
  const auto unseen_group = choose(names.groups, 0, options.unseen_groups, options, "group");
  const auto unseen_format = choose(names.formats, 1, options.unseen_formats, options, "format");
  const auto of_subject = split_subjects(group_of, names, options);
  const auto phrasing = first_phrasings(intents);
  std::vector<Split> splits;
  for (const Origin& intent : intents) {
    const std::string wish = std::to_string(intent.wish);
    const auto drawn = [&](double share, const char* purpose, const std::string& name) {
      return share > 0 && chance(hash_of(options, purpose, name)) < share;
    };
    Split split = of_subject[intent.subject];
    if (unseen_group[group_of[intent.subject]]) split = Split::test_groups;
    else if (split == Split::train && unseen_format[intent.format]) split = Split::test_formats;
    else if (split == Split::train && drawn(options.new_intents, "wish", wish)) split = Split::test_intents;
    else if (split == Split::train && phrasing.at(intent.wish) != intent.intent &&
             drawn(options.paraphrases, "paraphrase", wish))
      split = Split::test_paraphrases;
    splits.push_back(split);
  }
  return splits;
}

}  // namespace udrl::data
