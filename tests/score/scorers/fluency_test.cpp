// Fluency, and what damage does to it.
#include "udrl/score/fluency_damage.hpp"

#include "alphabet_reader.hpp"
#include "catch.hpp"
#include "udrl/score/scorer.hpp"

using namespace udrl::score;
using udrl::testing::AlphabetReader;

namespace {

Resources reading(AlphabetReader& reader) {
  Resources resources;
  resources.models = {{"pmi", &reader}};
  resources.tasks = {{"image", {{{"tea shop", "Pots of tea"}}, ""}}};
  return resources;
}

double fluency(const std::string& text) {
  AlphabetReader reader;
  ScorerSet set({"fluency"}, reading(reader));
  return set.score(std::vector<Candidate>{{"any", text, "image"}}).front().at("fluency");
}

/// Answers in the order of the alphabet, each about a subject of its own.
GateAnswers alphabetical(std::size_t answers) {
  GateAnswers out{{}, {"image"}, answers};
  for (std::size_t i = 0; i < answers; ++i) {
    const std::string n(1, static_cast<char>('a' + i % 26));
    udrl::data::Intent intent;
    intent.intent = intent.subject = "subject" + n;
    out.answers.push_back({intent,
                           n + "1 " + n + "2 " + n + "3 " + n + "4 " + n + "5 " + n + "6 " + n + "7 " + n + "8",
                           0,
                           i,
                           {"subject" + n}});
  }
  return out;
}

}  // namespace

TEST_CASE("Fluency is what the order of the words adds, a token, whatever the words") {
  CHECK(fluency("ant bee cat dog eel fox") > 0.9);
  CHECK(fluency("fox eel dog cat bee ant") < 0);
  CHECK(fluency("fox") == Approx(0));
  CHECK(fluency("") == Approx(0));
}

TEST_CASE("A text has one fluency, in any batch") {
  AlphabetReader reader;
  ScorerSet set({"fluency"}, reading(reader));
  const Candidate one{"any", "ant bee cat dog", "image"}, other{"any", "zoo yak ant bee", "image"};
  const auto together = set.score(std::vector<Candidate>{other, one});
  CHECK(together[1].at("fluency") == set.score(std::vector<Candidate>{one}).front().at("fluency"));
}

TEST_CASE("A reader of word order sees it destroyed step by step; one that does not cannot judge") {
  AlphabetReader reader;
  ScorerSet set({"fluency"}, reading(reader));
  const auto by_reader = [&](std::span<const Candidate> texts) {
    std::vector<double> out;
    for (const Values& values : set.score(std::vector<Candidate>(texts.begin(), texts.end())))
      out.push_back(values.at("fluency"));
    return out;
  };
  const auto seen = measure_fluency_damage(alphabetical(60), {200, 1}, by_reader);
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().answers == 60);
  CHECK(seen.front().undamaged > 1);
  CHECK(seen.front().shuffled.back().value < 0.2);
  for (const Estimate& step : seen.front().steps) CHECK(step.value > 0);
  const auto blind = [](std::span<const Candidate> texts) { return std::vector<double>(texts.size(), 1.0); };
  CHECK(measure_fluency_damage(alphabetical(60), {200, 1}, blind).front().why_not ==
        "it does not fall surely up to 25% of the words shuffled");
}

TEST_CASE("Few answers show nothing, and no order that is likelier than another shows none") {
  const auto none = [](std::span<const Candidate> texts) { return std::vector<double>(texts.size(), 0.0); };
  CHECK(measure_fluency_damage(alphabetical(8), {50, 1}, none).front().why_not == "fewer than 20 answers of the task");
  CHECK(measure_fluency_damage(alphabetical(30), {50, 1}, none).front().why_not ==
        "the teacher’s own order of words is no likelier than another");
}
