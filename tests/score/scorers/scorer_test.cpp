// Each scorer's value on cases that can be checked by eye, and what is asked of the embedding model.
#include "udrl/score/scorer.hpp"
#include "catch.hpp"
#include "fake_embedder.hpp"
#include "fake_reader.hpp"
#include "udrl/base/error.hpp"
#include "udrl/score/siblings.hpp"

using namespace udrl::score;
using udrl::testing::FakeEmbedder;

namespace {

Values values_of(const std::string& scorer, std::string_view intent, std::string_view answer) {
  FakeEmbedder embedder;
  ScorerSet set({scorer}, &embedder);
  const std::vector<Candidate> answers{{intent, answer}};
  return set.score(answers).front();
}

}  // namespace

TEST_CASE("Relevance is the cosine of intent and answer") {
  CHECK(values_of("relevance", "red fox", "fox red")["relevance"] == Approx(1.0).epsilon(1e-5));
  CHECK(values_of("relevance", "red fox", "seven green bottles")["relevance"] < 0.9);
}

TEST_CASE("Masking takes away what an echo earns") {
  const Values plain = values_of("relevance", "sailing club", "a club that sails past");
  const Values masked = values_of("relevance_masked", "sailing club", "a club that sails past");
  CHECK(plain.at("relevance") != Approx(masked.at("relevance_masked")));
  CHECK(values_of("relevance_masked", "sailing club", "sailing club")["relevance_masked"] == Approx(0.0));
}

TEST_CASE("Words are runs without white space") {
  CHECK(values_of("words", "x", "a well-lit shop, dusk")["words"] == 4);
  CHECK(values_of("words", "x", "")["words"] == 0);
}

TEST_CASE("Copying is the share of content stems and the longest shared run") {
  Values v = values_of("copying", "the sailing club flyer", "Boats that sail by a club house");
  CHECK(v["copying"] == Approx(2.0 / 3.0));
  CHECK(v["copy_ngram"] == 1);
  v = values_of("copying", "the sailing club flyer", "At the Sailing Club, at noon");
  CHECK(v["copy_ngram"] == 3);
  v = values_of("copying", "of the", "of the sea");
  CHECK(v["copying"] == 0.0);
  CHECK(v["copy_ngram"] == 2);
}

TEST_CASE("Repetition is the share of bigrams that came before") {
  CHECK(values_of("repetition", "x", "one two three four")["repetition"] == 0.0);
  CHECK(values_of("repetition", "x", "bright bright bright bright")["repetition"] == Approx(2.0 / 3.0));
  CHECK(values_of("repetition", "x", "blue sky and blue sky")["repetition"] == Approx(0.25));
  CHECK(values_of("repetition", "x", "one")["repetition"] == 0.0);
}

TEST_CASE("Each distinct text of a batch is embedded once") {
  FakeEmbedder embedder;
  ScorerSet set({"relevance", "relevance_masked"}, &embedder);
  const std::vector<Candidate> answers{{"red fox", "a red fox"}, {"red fox", "a red fox"}, {"red fox", "snow"}};
  set.score(answers);
  std::sort(embedder.asked.begin(), embedder.asked.end());
  CHECK(embedder.asked == std::vector<std::string>{"a red fox", "a … …", "red fox", "snow"});
}

TEST_CASE("A batch's values do not depend on earlier batches") {
  FakeEmbedder embedder;
  ScorerSet fresh({"relevance"}, &embedder), used({"relevance"}, &embedder);
  const std::vector<Candidate> first{{"red fox", "blue whale"}}, second{{"red fox", "a fox"}, {"tea", "pot of tea"}};
  used.score(first);
  CHECK(used.score(second) == fresh.score(second));
}

TEST_CASE("An unknown scorer is refused with the nearest named") {
  try {
    ScorerSet({"relevence"}, nullptr);
    FAIL("accepted");
  } catch (const udrl::Error& error) {
    CHECK(error.kind() == udrl::ErrorKind::user);
    CHECK(error.cure().find("'relevance'") != std::string::npos);
  }
  CHECK_THROWS_AS(ScorerSet({"relevance"}, nullptr), udrl::Error);
  CHECK_NOTHROW(ScorerSet({"copying", "words"}, nullptr));
}

TEST_CASE("A scorer that reads an answer's task is refused where no task is known") {
  FakeEmbedder embedder;
  udrl::testing::FakeReader reader;
  Resources resources;
  resources.models = {{"embedder", &embedder}, {"pmi", &reader}, {"judge", &reader}, {"teacher", &reader}};
  const Siblings none;
  resources.siblings = &none;
  for (const std::string& name : scorer_names()) {
    INFO(name);
    if (reads_task(name)) CHECK_THROWS_AS(ScorerSet({name}, resources), udrl::Error);
    else CHECK_NOTHROW(ScorerSet({name}, resources));
  }
}

TEST_CASE("Every scorer that is named can be made and gives the values it names") {
  FakeEmbedder embedder;
  udrl::testing::FakeReader reader;
  const Siblings siblings;
  Resources resources;
  resources.models = {{"embedder", &embedder}, {"pmi", &reader}, {"judge", &reader}, {"teacher", &reader}};
  resources.tasks = {{"image", {}}};
  resources.teacher_question = [](const Candidate&) { return udrl::lm::Question{{{"write", false}}, 0}; };
  resources.is_valid = [](const Candidate&) { return true; };
  resources.siblings = &siblings;
  for (const std::string& name : scorer_names()) {
    ScorerSet set({name}, resources);
    const std::vector<Candidate> answers{{"red fox", "a red fox in snow", "image"}};
    std::vector<std::string> got;
    const std::vector<Values> values = set.score(answers);
    for (const auto& [value_name, value] : values.front()) got.push_back(value_name);
    std::vector<std::string> named = set.value_names();
    std::sort(named.begin(), named.end());
    CHECK(got == named);
  }
}
