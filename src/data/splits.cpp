// Held-out subjects, drawn group by group. Not for: records.
#include "udrl/data/splits.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"

namespace udrl::data {
namespace {

using Groups = std::map<std::string, std::vector<std::string>>;

void check(const SplitOptions& options) {
  const double test = options.test_fraction, valid = options.valid_fraction;
  if (test >= 0 && valid >= 0 && test + valid < 1) return;
  throw user_error("the held-out fractions leave nothing to train on")
      .expected("test_fraction and valid_fraction of 0 or more, together below 1")
      .got(std::to_string(test) + " and " + std::to_string(valid));
}

// Each subject once, in the first of its groups; both sorted.
Groups group(const std::vector<GroupedSubject>& subjects) {
  std::map<std::string, std::string> group_of;
  for (const GroupedSubject& s : subjects) {
    const auto found = group_of.emplace(s.subject, s.group).first;
    found->second = std::min(found->second, s.group);
  }
  Groups groups;
  for (const auto& [subject, name] : group_of) groups[name].push_back(subject);
  return groups;
}

std::size_t held_out(double fraction, std::size_t n, std::size_t left) {
  if (fraction <= 0) return 0;
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(n)));
  return std::min(std::max<std::size_t>(wanted, 1), left);
}

}  // namespace

std::map<std::string, std::string> split_subjects(const std::vector<GroupedSubject>& subjects,
                                                  const SplitOptions& options) {
  check(options);
  std::map<std::string, std::string> splits;
  Groups groups = group(subjects);
  for (auto& [name, members] : groups) {
    RandomStream random(options.seed, "split/" + name);
    random.shuffle(members);
    const std::size_t n = members.size();
    const std::size_t test = held_out(options.test_fraction, n, n - 1);
    const std::size_t valid = held_out(options.valid_fraction, n, n - 1 - test);
    for (std::size_t i = 0; i < n; ++i) {
      splits[members[i]] = i < test ? "test" : i < test + valid ? "valid" : "train";
    }
  }
  return splits;
}

}  // namespace udrl::data
