// Parts of the data: what is held out whole, what is not, and that the order of the input does not matter.
#include "udrl/data/splits.hpp"

#include <algorithm>
#include <map>

#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::data;

namespace {

/// Intents with names, numbered as they come.
struct Data {
  std::vector<Origin> intents;
  OriginNames names{{}, {}, {""}};

  static std::uint32_t number(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) names.push_back(name);
    return static_cast<std::uint32_t>(std::find(names.begin(), names.end(), name) - names.begin());
  }
  void add(const std::string& group, const std::string& subject, const std::string& format = "", int phrasing = 0) {
    Origin origin;
    origin.group = number(names.groups, group);
    origin.subject = number(names.subjects, subject);
    origin.format = number(names.formats, format);
    origin.wish = std::hash<std::string>()(subject + "/" + format);
    origin.intent = std::hash<std::string>()(subject + "/" + format + "/" + std::to_string(phrasing));
    intents.push_back(origin);
  }
  void add_subjects(const std::string& group, int n) {
    for (int i = 0; i < n; ++i) add(group, group + " " + std::to_string(i));
  }
  std::map<std::string, Split> by_subject(const SplitOptions& options = plain()) const {
    const auto splits = split_intents(intents, names, options);
    std::map<std::string, Split> out;
    for (std::size_t i = 0; i < intents.size(); ++i) out[names.subjects[intents[i].subject]] = splits[i];
    return out;
  }
  std::map<Split, int> count(const std::string& group, const SplitOptions& options = plain()) const {
    std::map<Split, int> counts;
    for (const auto& [subject, split] : by_subject(options)) counts[split] += subject.starts_with(group + " ") ? 1 : 0;
    std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
    return counts;
  }
  /// Subjects alone.
  static SplitOptions plain() {
    SplitOptions options;
    options.test_fraction = 0.12;
    options.valid_fraction = 0.06;
    options.new_intents = options.paraphrases = 0;
    return options;
  }
};

using Counts = std::map<Split, int>;

}  // namespace

TEST_CASE("Each group gives its share of subjects") {
  Data data;
  data.add_subjects("food", 50);
  data.add_subjects("pets", 25);
  data.add_subjects("tiny", 3);
  data.add_subjects("pair", 2);
  data.add_subjects("lone", 1);
  CHECK(data.count("food") == Counts{{Split::test, 6}, {Split::valid, 3}, {Split::train, 41}});
  CHECK(data.count("pets") == Counts{{Split::test, 3}, {Split::valid, 2}, {Split::train, 20}});
  CHECK(data.count("tiny") == Counts{{Split::test, 1}, {Split::valid, 1}, {Split::train, 1}});
  CHECK(data.count("pair") == Counts{{Split::test, 1}, {Split::train, 1}});
  CHECK(data.count("lone") == Counts{{Split::train, 1}});
}

TEST_CASE("The order of the intents does not matter, the seed does") {
  Data data;
  data.add_subjects("food", 60);
  const auto splits = data.by_subject();
  Data reversed;
  for (int i = 60; i-- > 0;) reversed.add("food", "food " + std::to_string(i));
  CHECK(reversed.by_subject() == splits);
  SplitOptions other = Data::plain();
  other.seed = 1;
  CHECK(data.by_subject(other) != splits);
}

TEST_CASE("A pool that grows moves few subjects") {
  Data data;
  data.add_subjects("food", 100);
  const auto before = data.by_subject();
  for (int i = 0; i < 100; ++i) data.add("food", "more " + std::to_string(i));
  const auto after = data.by_subject();
  int moved = 0;
  for (const auto& [subject, split] : before) moved += after.at(subject) != split ? 1 : 0;
  CHECK(moved < 15);
}

TEST_CASE("A subject of two groups has one split and counts in the first") {
  Data data;
  data.add("b", "shared");
  data.add("a", "shared");
  data.add("b", "own");
  const auto splits = data.by_subject();
  CHECK(splits.at("shared") == Split::train);  // alone in group a
  CHECK(splits.at("own") == Split::train);     // alone in group b
}

TEST_CASE("Whole groups and formats are held out, at most a tenth of them") {
  Data data;
  for (int group = 0; group < 20; ++group) {
    for (int subject = 0; subject < 30; ++subject) {
      const std::string name = "group " + std::to_string(group);
      data.add(name, name + "/" + std::to_string(subject), "format " + std::to_string(subject));
    }
  }
  const auto splits = split_intents(data.intents, data.names, Data::plain());
  std::map<std::uint32_t, std::map<Split, int>> groups, formats;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    ++groups[data.intents[i].group][splits[i]];
    ++formats[data.intents[i].format][splits[i]];
  }
  int unseen_groups = 0, unseen_formats = 0;
  for (const auto& [group, counts] : groups) {
    if (counts.count(Split::test_groups) == 0) continue;
    CHECK(counts.size() == 1);
    ++unseen_groups;
  }
  for (const auto& [format, counts] : formats) {
    if (counts.count(Split::test_formats) == 0) continue;
    CHECK(counts.count(Split::train) == 0);
    ++unseen_formats;
  }
  CHECK(unseen_groups == 2);   // a tenth of 20
  CHECK(unseen_formats == 3);  // a tenth of 30
}

TEST_CASE("Paraphrases and new intents are those of subjects that train") {
  Data data;
  for (int subject = 0; subject < 400; ++subject) {
    for (const char* format : {"flyer", "logo"})
      for (int phrasing = 0; phrasing < 2; ++phrasing) data.add("food", std::to_string(subject), format, phrasing);
  }
  SplitOptions options = Data::plain();
  options.new_intents = 0.1;
  options.paraphrases = 0.5;
  const auto splits = split_intents(data.intents, data.names, options);
  std::map<Split, int> counts;
  for (std::size_t i = 0; i < splits.size(); i += 2) {
    ++counts[splits[i]], ++counts[splits[i + 1]];
    const bool paraphrase = splits[i] == Split::test_paraphrases || splits[i + 1] == Split::test_paraphrases;
    if (paraphrase) CHECK((splits[i] == Split::train || splits[i + 1] == Split::train));
    else CHECK(splits[i] == splits[i + 1]);
  }
  const int of_training_subjects = 1600 - counts[Split::test] - counts[Split::valid];
  CHECK(counts[Split::test_intents] == Approx(0.1 * of_training_subjects).epsilon(0.3));
  CHECK(counts[Split::test_paraphrases] == Approx(0.9 * 0.25 * of_training_subjects).epsilon(0.3));
}

TEST_CASE("Fractions of zero hold nothing out") {
  Data data;
  data.add_subjects("food", 20);
  SplitOptions none = Data::plain();
  none.test_fraction = none.valid_fraction = 0;
  CHECK(data.count("food", none) == Counts{{Split::train, 20}});
}

TEST_CASE("Fractions that leave nothing to train on are refused") {
  SplitOptions bad;
  bad.test_fraction = 0.7;
  bad.valid_fraction = 0.3;
  CHECK_THROWS_AS(split_intents({}, {{}, {}, {""}}, bad), Error);
  bad.valid_fraction = -0.1;
  CHECK_THROWS_AS(split_intents({}, {{}, {}, {""}}, bad), Error);
}
