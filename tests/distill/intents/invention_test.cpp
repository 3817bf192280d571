// Intents that a (fake) teacher invents: read from its lists, kept on the disk, asked once. And meanings compared with
// a fake embedder. Not for: real models.
#include "intents/invention.hpp"
#include "catch.hpp"
#include "distill/support.hpp"
#include "intents/same_meaning.hpp"
#include "lm/fake_model.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;

namespace {

/// Lists the same whatever it is asked.
struct ListTeacher : lm::testing::FakeModel {
  ListTeacher() {
    answer = [](const lm::Request& request) {
      return "9. Alpine hut " + request.id + "\n\n10) \"Ferry timetable " + request.id +
             "\"\n- solo\n3d printed boat\n12. cut off he";
    };
    change = [](const lm::Request&, lm::Completion& c) { c.finish = lm::Finish::length; };
  }
  /// By the first letter alone: equal letters, equal meaning.
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    std::vector<std::vector<float>> rows;
    for (const std::string& text : texts) {
      rows.emplace_back(26, 0.0F);
      rows.back()[static_cast<std::size_t>(text[0] - 'a')] = 1.0F;
    }
    return rows;
  }
};

std::vector<data::Intent> seeds() {
  std::vector<data::Intent> out;
  for (int i = 0; i < 20; ++i) {
    data::Intent seed;
    seed.intent = "seed " + std::to_string(i);
    seed.group = i % 2 == 0 ? "travel" : "sports";
    out.push_back(seed);
  }
  return out;
}

}  // namespace

TEST_CASE("A teacher's lists become intents, and are not asked for again") {
  const NoStop no_stop;
  const TempFolder folder;
  ListTeacher teacher;
  InventionOptions options{3, 1, folder / "invented"};
  std::vector<data::Intent> first;
  invented_intents(options, seeds(), teacher, quiet_context(), [&](data::Intent i) { first.push_back(std::move(i)); });
  CHECK(teacher.asked.size() == 3);
  REQUIRE(first.size() == 9);  // "solo" is one word, the last line was cut
  CHECK(first[0].intent == "alpine hut 0");
  CHECK(first[1].intent == "ferry timetable 0");
  CHECK(first[2].intent == "3d printed boat");
  CHECK(first[0].subject == first[0].intent);
  CHECK((first[0].group == "travel" || first[0].group == "sports"));

  options.lists = 4;
  std::vector<data::Intent> again;
  invented_intents(options, seeds(), teacher, quiet_context(), [&](data::Intent i) { again.push_back(std::move(i)); });
  CHECK(teacher.asked.size() == 4);
  REQUIRE(again.size() == 12);
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(again[i].intent == first[i].intent);
}

TEST_CASE("A list without groups shows the teacher its own intents") {
  const NoStop no_stop;
  const TempFolder folder;
  ListTeacher teacher;
  std::vector<data::Intent> own = seeds();
  for (data::Intent& seed : own) seed.group = "";
  invented_intents({1, 1, folder / "invented"}, own, teacher, quiet_context(), [](const data::Intent&) {});
  REQUIRE(teacher.asked.size() == 1);
  std::string prompt;
  for (const lm::Segment& segment : teacher.asked[0].prompt) prompt += segment.text;
  CHECK(contains(prompt, "seed 1"));
}

TEST_CASE("Meanings are compared within a subject, and the first stays") {
  const TempFolder folder;
  ListTeacher embedder;
  fs::create_directories(folder / "sorted");
  SameMeaning meaning(0.9, folder / "sorted");
  meaning.add("yoga", 0, "apple");
  meaning.add("yoga", 1, "banana");
  meaning.add("yoga", 2, "avocado");
  meaning.add("cats", 3, "apricot");
  meaning.add("cats", 4, "almond");
  auto dropped = meaning.find(embedder);
  std::sort(dropped.begin(), dropped.end());
  CHECK(dropped == std::vector<std::uint64_t>{2, 4});
}
