// Which subjects train, valid and test get: whole subjects are held out, in every group. Not for: assigning records,
// which take their subject's split.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace udrl::data {

struct SplitOptions {
  std::uint64_t seed = 0;
  double test_fraction = 0.12;   ///< of each group's subjects
  double valid_fraction = 0.06;  ///< together below 1
};

struct GroupedSubject {
  std::string group, subject;
};

/// subject → "train", "valid" or "test", a function of the seed and the set of subjects, not of their order; repeats
/// are ignored. Of a group of n subjects round(fraction·n) are held out, at least one where the fraction is above 0,
/// but one always stays in train (test is served before valid, so a group of one only trains). A subject of several
/// groups counts in the first of them by name. Throws `Error` (user) for fractions that are negative or leave nothing
/// to train on.
std::map<std::string, std::string> split_subjects(const std::vector<GroupedSubject>& subjects,
                                                  const SplitOptions& options = {});

}  // namespace udrl::data
