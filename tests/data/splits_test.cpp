// Whole subjects are held out, in every group, and the same ones whatever the order.
#include <algorithm>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/splits.hpp"

using namespace udrl;
using namespace udrl::data;

namespace {

std::vector<GroupedSubject> subjects_of(const std::string& group, int n) {
  std::vector<GroupedSubject> out;
  for (int i = 0; i < n; ++i) out.push_back({group, group + " " + std::to_string(i)});
  return out;
}

std::map<std::string, int> count(const std::map<std::string, std::string>& splits, const std::string& group) {
  std::map<std::string, int> counts;
  for (const auto& entry : splits) {
    if (entry.first.starts_with(group + " ")) ++counts[entry.second];
  }
  return counts;
}

using Counts = std::map<std::string, int>;

}  // namespace

TEST_CASE("Each group gives its share of subjects") {
  auto subjects = subjects_of("food", 50);
  for (const auto& s : subjects_of("pets", 25)) subjects.push_back(s);
  for (const auto& s : subjects_of("tiny", 3)) subjects.push_back(s);
  for (const auto& s : subjects_of("pair", 2)) subjects.push_back(s);
  for (const auto& s : subjects_of("lone", 1)) subjects.push_back(s);
  const auto splits = split_subjects(subjects);
  CHECK(splits.size() == 81);
  CHECK(count(splits, "food") == Counts{{"test", 6}, {"valid", 3}, {"train", 41}});
  CHECK(count(splits, "pets") == Counts{{"test", 3}, {"valid", 2}, {"train", 20}});
  CHECK(count(splits, "tiny") == Counts{{"test", 1}, {"valid", 1}, {"train", 1}});
  CHECK(count(splits, "pair") == Counts{{"test", 1}, {"train", 1}});
  CHECK(count(splits, "lone") == Counts{{"train", 1}});
}

TEST_CASE("Order and repeats of the subjects do not matter") {
  auto subjects = subjects_of("food", 30);
  const auto splits = split_subjects(subjects);
  std::reverse(subjects.begin(), subjects.end());
  subjects.push_back(subjects.front());
  CHECK(split_subjects(subjects) == splits);
}

TEST_CASE("Another seed holds out other subjects") {
  const auto subjects = subjects_of("food", 60);
  SplitOptions other;
  other.seed = 1;
  CHECK(split_subjects(subjects) != split_subjects(subjects, other));
}

TEST_CASE("A subject of two groups has one split and counts in the first") {
  std::vector<GroupedSubject> subjects = {{"b", "shared"}, {"a", "shared"}, {"b", "own"}};
  const auto splits = split_subjects(subjects);
  CHECK(splits.size() == 2);
  CHECK(splits.at("shared") == "train");  // alone in group a
  CHECK(splits.at("own") == "train");     // alone in group b
}

TEST_CASE("Fractions of zero hold nothing out") {
  SplitOptions none;
  none.test_fraction = none.valid_fraction = 0;
  CHECK(count(split_subjects(subjects_of("food", 20), none), "food") == Counts{{"train", 20}});
}

TEST_CASE("Fractions that leave nothing to train on are refused") {
  SplitOptions bad;
  bad.test_fraction = 0.7;
  bad.valid_fraction = 0.3;
  CHECK_THROWS_AS(split_subjects({}, bad), Error);
  bad.valid_fraction = -0.1;
  CHECK_THROWS_AS(split_subjects({}, bad), Error);
}
