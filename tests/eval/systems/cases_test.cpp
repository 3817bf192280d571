// Which cases are chosen, and that shuffled answers are of other subjects.
#include "systems/cases.hpp"

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

std::vector<data::Intent> intents(int subjects, int each) {
  std::vector<data::Intent> out;
  for (int s = 0; s < subjects; ++s)
    for (int k = 0; k < each; ++k)
      out.push_back(intent("i" + std::to_string(s) + "." + std::to_string(k), "s" + std::to_string(s)));
  return out;
}

std::set<std::string> texts(const std::vector<data::Intent>& intents) {
  std::set<std::string> out;
  for (const auto& i : intents) out.insert(i.intent);
  return out;
}

/// A fitted task per name, whose top bin holds answers of 5, 6 and 7 words only.
command::Fitted fitted(const std::vector<std::string>& names) {
  command::Fitted f;
  f.bins = 2;
  for (const auto& name : names) {
    command::FittedTask task;
    task.name = name;
    task.support = command::Support(2);
    for (int words = 5; words <= 7; ++words) task.support.add(words, 1, 100);
    for (int words = 20; words <= 30; ++words) task.support.add(words, 0, 100);
    f.tasks.push_back(task);
  }
  return f;
}

}  // namespace

TEST_CASE("intents left out go with all their tasks, and with subjects of which nothing is left") {
  const CaseSet all = udrl::eval::testing::case_set(4, 2);
  const CaseSet set = without_intents_of(all, {all.cases[0].id, all.cases[2].id, all.cases[7].id});
  CHECK(set.main().subjects == std::vector<std::string>{"subject 1", "subject 2", "subject 3"});
  CHECK(set.main().intents == 5);
  REQUIRE(set.cases.size() == 10);
  CHECK(set.cases[0].intent.intent == "intent 1.0");
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    CHECK(set.cases[i].task_index == i % 2);
    CHECK(set.main().subjects[set.cases[i].cluster] == set.cases[i].intent.subject);
  }
}

TEST_CASE("as many subjects as possible are heard") {
  const auto chosen = choose_intents(intents(12, 5), {12, 1});
  std::set<std::string> subjects;
  for (const auto& i : chosen) subjects.insert(i.subject);
  CHECK(subjects.size() == 12);
}

TEST_CASE("asking for more intents keeps the earlier ones") {
  const auto few = texts(choose_intents(intents(12, 5), {20, 1}));
  const auto more = texts(choose_intents(intents(12, 5), {45, 1}));
  CHECK(std::includes(more.begin(), more.end(), few.begin(), few.end()));
}

TEST_CASE("the choice is a function of the seed, not of the order") {
  auto turned = intents(12, 5);
  std::reverse(turned.begin(), turned.end());
  CHECK(texts(choose_intents(intents(12, 5), {20, 1})) != texts(choose_intents(intents(12, 5), {20, 2})));
  CHECK(choose_intents(intents(12, 1), {6, 1}).front().intent == choose_intents(intents(12, 1), {6, 1}).front().intent);
}

TEST_CASE("fewer intents than asked for is all of them") { CHECK(choose_intents(intents(3, 2), {100, 1}).size() == 6); }

TEST_CASE("asked words come from the lengths of the training data's best answers") {
  CaseSet set;
  set.tasks = {"image", "template"};
  add_part(set, "test", intents(40, 1), fitted(set.tasks), 1);
  REQUIRE(set.cases.size() == 80);
  std::set<int> asked;
  for (const Case& c : set.cases) asked.insert(c.asked_words);
  CHECK(asked == std::set<int>{5, 6, 7});
}

TEST_CASE("a task that the student does not know is refused") {
  CaseSet set;
  set.tasks = {"poem"};
  CHECK_THROWS_AS(add_part(set, "test", intents(2, 1), fitted({"image"}), 1), Error);
}

TEST_CASE("parts have subjects of their own, and exchange answers within themselves") {
  CaseSet set;
  set.tasks = {"image"};
  add_part(set, "test", intents(6, 2), fitted({"image"}), 1);
  add_part(set, "test_groups", intents(4, 1), fitted({"image"}), 1);
  CHECK(set.main().subjects.size() == 6);
  CHECK(set.parts[1].subjects.size() == 4);
  CHECK(set.parts[1].intents == 4);
  CHECK(set.cases.back().cluster < 4);
  const auto source = derangement(set, 1);
  for (std::size_t i = 0; i < source.size(); ++i) CHECK(set.cases[source[i]].part == set.cases[i].part);
}

TEST_CASE("shuffled answers are of another subject and the same task, each once") {
  const CaseSet set = case_set(7, 3);
  const auto source = derangement(set, 1);
  std::set<std::size_t> used(source.begin(), source.end());
  CHECK(used.size() == set.cases.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    CHECK(set.cases[source[i]].cluster != set.cases[i].cluster);
    CHECK(set.cases[source[i]].task == set.cases[i].task);
  }
}

TEST_CASE("subjects of very different size are exchanged too") {
  CaseSet set = case_set(6, 1);
  for (std::size_t i = 0; i < 6; ++i) set.cases[i].cluster = 0;  // three of six intents are about one subject
  const auto source = derangement(set, 1);
  for (std::size_t i = 0; i < source.size(); ++i) CHECK(set.cases[source[i]].cluster != set.cases[i].cluster);
}

TEST_CASE("one subject with most of the intents is refused") {
  CaseSet set = case_set(6, 1);
  for (std::size_t i = 0; i < 8; ++i) set.cases[i].cluster = 0;
  CHECK_THROWS_AS(derangement(set, 1), Error);
}

TEST_CASE("a split's intents are read once each") {
  TempFolder folder;
  std::vector<data::Record> records;
  for (const auto& i : intents(3, 2))
    for (const char* answer : {"an answer", "another"}) records.push_back(record(i, "image", answer));
  write_split(folder.path() / "test", records);
  CHECK(read_split_intents(folder.path() / "test").size() == 6);
  records.push_back(records.front());
  records.back().intent.intent_id = "by hand";
  write_split(folder.path() / "other", records);
  CHECK(read_split_intents(folder.path() / "other").size() == 6);
}
