// The scorers that have a model read, and those that compare an answer with others.
#include "catch.hpp"
#include "fake_embedder.hpp"
#include "fake_reader.hpp"
#include "scorers/reading_scorers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/text.hpp"
#include "udrl/score/scorer.hpp"
#include "udrl/score/siblings.hpp"

using namespace udrl::score;
using udrl::testing::FakeEmbedder;
using udrl::testing::FakeReader;

namespace {

TaskGuide guide() { return {{{"tea shop", "Pots of tea in a shop window"}}, "You rate pictures."}; }

Resources reading(FakeReader& reader) {
  Resources resources;
  resources.models = {{"pmi", &reader}, {"judge", &reader}, {"teacher", &reader}};
  resources.tasks = {{"image", guide()}, {"headline", guide()}};
  resources.teacher_question = [](const Candidate& a) {
    return udrl::lm::Question{{{"examples", false}, {std::string(a.intent), false}}, 1};
  };
  return resources;
}

udrl::data::Intent intent(const std::string& subject, const std::string& format) {
  const std::string text = subject + " " + format;
  return {udrl::content_id({text}), text, "group", subject, format, ""};
}

}  // namespace

TEST_CASE("PMI is what the answer tells of the intent, a token") {
  FakeReader reader;
  ScorerSet set({"pmi", "pmi_masked"}, reading(reader));
  const std::vector<Candidate> answers{{"red fox", "a fox in snow", "image"}, {"red fox", "a red fox", "image"}};
  const auto values = set.score(answers);
  CHECK(values[0].at("pmi") == Approx(1.5));  // (−1 −4 + 8) / 2
  CHECK(values[1].at("pmi") == Approx(3.0));
  CHECK(values[1].at("pmi_masked") == Approx(0.0));
}

TEST_CASE("What was shown is read once a batch, and answers of a task are asked together") {
  FakeReader reader;
  ScorerSet set({"pmi", "pmi_masked"}, reading(reader));
  const std::vector<Candidate> answers{{"red fox", "one", "image"},
                                       {"red fox", "two", "headline"},
                                       {"red fox", "three", "image"},
                                       {"red fox", "a red one", "headline"},
                                       {"red fox", "three", "image"}};
  set.score(answers);
  const std::vector<std::string> plain{" (not shown)\nRequest:", " two\nRequest:", " a red one\nRequest:",
                                       " (not shown)\nRequest:", " one\nRequest:", " three\nRequest:"};
  const std::vector<std::string> masked{" " + udrl::data::mask_words("a red one", "red fox") + "\nRequest:"};
  REQUIRE(reader.asked.size() == 7);
  CHECK(std::vector<std::string>(reader.asked.begin(), reader.asked.begin() + 6) == plain);
  CHECK(std::vector<std::string>(reader.asked.begin() + 6, reader.asked.end()) == masked);
}

TEST_CASE("Likelihood is the teacher's log-probability of the answer, a token") {
  FakeReader reader;
  ScorerSet set({"likelihood"}, reading(reader));
  CHECK(set.score(std::vector<Candidate>{{"red fox", "red snow", "image"}}).front().at("likelihood") == Approx(-2.5));
}

TEST_CASE("A judge's rating is expected over the digits") {
  FakeReader reader;
  ScorerSet set({"judge"}, reading(reader));
  const std::vector<Candidate> answers{
      {"a", "excellent work", "image"}, {"a", "useless work", "image"}, {"a", "some work", "image"}};
  const auto values = set.score(answers);
  CHECK(values[0].at("judge") == Approx(5));
  CHECK(values[1].at("judge") == Approx(1));
  CHECK(values[2].at("judge") == Approx(3));
}

TEST_CASE("A judge that names no digit gives no rating, and the others keep theirs") {
  FakeReader reader;
  ScorerSet set({"judge"}, reading(reader));
  const std::vector<Candidate> answers{
      {"a", "excellent work", "image"}, {"a", "unspeakable work", "image"}, {"a", "some work", "image"}};
  const auto values = set.score(answers);
  CHECK(values[0].at("judge") == Approx(5));
  CHECK_FALSE(values[1].contains("judge"));
  CHECK(values[2].at("judge") == Approx(3));
}

TEST_CASE("Whether an answer serves is the log-odds of yes, also with the intent's words masked") {
  FakeReader reader;
  ScorerSet set({"serves", "serves_masked"}, reading(reader));
  const std::vector<Candidate> answers{{"red fox", "a fitting fox in snow", "image"},
                                       {"red fox", "some fox", "image"},
                                       {"fitting room", "a fitting mirror", "image"},
                                       {"red fox", "unspeakable", "image"}};
  const auto values = set.score(answers);
  CHECK(values[0].at("serves") == Approx(std::log(10)));
  CHECK(values[0].at("serves_masked") == Approx(std::log(10)));
  CHECK(values[1].at("serves") == Approx(0));
  CHECK_FALSE(values[3].contains("serves"));  // neither was listed
  CHECK(std::any_of(reader.asked.begin(), reader.asked.end(), [](const std::string& asked) {
    return asked.find("Answer: " + udrl::data::mask_words("some fox", "red fox")) != std::string::npos;
  }));
}

TEST_CASE("An answer that an endpoint does not list has at most what the other leaves") {
  constexpr double never = -std::numeric_limits<double>::infinity();
  CHECK(log_odds(std::log(0.75), std::log(0.25)) == Approx(std::log(3)));
  CHECK(log_odds(std::log(0.75), never) == Approx(std::log(3)));
  CHECK(log_odds(never, std::log(0.75)) == Approx(-std::log(3)));
  CHECK(std::isfinite(log_odds(0, never)));
  CHECK(std::isnan(log_odds(never, never)));
}

TEST_CASE("Siblings share a format or a subject, never both, whatever their order") {
  Siblings forwards, backwards;
  std::vector<udrl::data::Intent> all;
  for (int s = 0; s < 50; ++s) {
    for (const char* format : {"poster", "flyer", "menu"}) all.push_back(intent("subject" + std::to_string(s), format));
  }
  for (const auto& one : all) forwards.add(one);
  for (auto one = all.rbegin(); one != all.rend(); ++one) backwards.add(*one);
  const auto siblings = forwards.of(all[0]);
  CHECK(siblings == backwards.of(all[0]));
  CHECK(siblings.size() == Siblings::of_each_kind + 2);
  CHECK(std::count(siblings.begin(), siblings.end(), all[0].intent) == 0);
  CHECK(std::count(siblings.begin(), siblings.end(), "subject0 flyer") == 1);
  CHECK(forwards.of(intent("unheard of", "nothing")).empty());
}

TEST_CASE("Retrieval is the share of siblings that an answer leaves behind") {
  FakeEmbedder embedder;
  Siblings siblings;
  const auto fox = intent("fox", "poster");
  for (const auto& one : {fox, intent("whale", "poster"), intent("tea", "poster"), intent("fox", "flyer")}) {
    siblings.add(one);
  }
  Resources resources;
  resources.models = {{"embedder", &embedder}};
  resources.siblings = &siblings;
  ScorerSet set({"retrieval"}, resources);
  const std::vector<Candidate> answers{{fox.intent, "fox poster", "image", &fox},
                                       {fox.intent, "whale poster", "image", &fox}};
  const auto values = set.score(answers);
  CHECK(values[0].at("retrieval") == Approx(1.0));
  CHECK(values[1].at("retrieval") < 0.7);
  CHECK_THROWS_AS(ScorerSet({"retrieval"}, &embedder), udrl::Error);
}

TEST_CASE("Novelty is the distance to the nearest other answer of the intent and task") {
  FakeEmbedder embedder;
  ScorerSet set({"novelty"}, &embedder);
  const std::vector<Candidate> answers{{"a", "red fox", "image"},
                                       {"a", "fox red", "image"},
                                       {"a", "blue whale", "image"},
                                       {"b", "red fox", "image"},
                                       {"a", "red fox", "headline"}};
  const auto values = set.score(answers);
  CHECK(values[0].at("novelty") == Approx(0.0).margin(1e-5));
  CHECK(values[2].at("novelty") > 0.1);
  CHECK(values[3].at("novelty") == Approx(1.0));
  CHECK(values[4].at("novelty") == Approx(1.0));
}

TEST_CASE("Scorers that lack what they need say so") {
  FakeReader reader;
  Resources bare;
  for (const char* name : {"pmi", "pmi_masked", "judge", "fluency", "valid", "retrieval", "novelty"}) {
    CHECK_THROWS_AS(ScorerSet({name}, bare), udrl::Error);
  }
  ScorerSet set({"pmi"}, reading(reader));
  CHECK_THROWS_AS(set.score(std::vector<Candidate>{{"a", "b", "unheard-of"}}), udrl::Error);
}
