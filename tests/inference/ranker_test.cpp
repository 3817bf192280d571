// Which of several answers fits a request best.
#include "udrl/inference/ranker.hpp"

#include "udrl/inference/answers.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "catch.hpp"
#include "score/scorers/fake_embedder.hpp"

using namespace udrl;
using namespace udrl::inference;

TEST_CASE("an answer near its request fits better than one that is not, and an empty one worst") {
  testing::FakeEmbedder embedder;  // by the words that two texts share
  const std::vector<Draft> drafts = {{"A quiet harbour at dusk"}, {""}, {"Holiday sale with bright red ribbons"}};
  CHECK(Ranker(embedder).best("holiday sale ribbons", drafts, 3) == std::vector<std::size_t>{2, 0, 1});
  CHECK(Ranker(embedder).best("holiday sale ribbons", drafts, 1) == std::vector<std::size_t>{2});
}

TEST_CASE("of a request's answers each text is embedded once") {
  testing::FakeEmbedder embedder;
  const std::vector<Draft> drafts = {{"A quiet harbour"}, {"A quiet harbour"}, {"A loud one"}};
  Ranker(embedder).best("sailing club", drafts, 2);
  CHECK(std::set<std::string>(embedder.asked.begin(), embedder.asked.end()).size() == embedder.asked.size());
}

TEST_CASE("a cut answer comes after all whole ones") {
  testing::FakeEmbedder embedder;
  const std::vector<Draft> drafts = {{"Sailing club", false}, {"A quiet harbour"}, {"A club"}};
  CHECK(Ranker(embedder).best("sailing club", drafts, 3) == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("without a ranker the likelier token by token comes first, whole and new answers before others") {
  const auto answer = [](const std::string& text, int tokens, double log_prob, lm::Finish finish = lm::Finish::stop) {
    Answer one;
    one.text = text;
    one.tokens = tokens;
    one.log_prob = log_prob;
    one.finish = finish;
    return one;
  };
  const std::vector<Answer> answers = {answer("A quiet harbour", 3, -6), answer("A long and likely one", 10, -10),
                                       answer("Cut", 1, -0.1, lm::Finish::length), answer("A quiet harbour", 3, -1)};
  CHECK(best_answers(nullptr, answers, 4) == std::vector<std::size_t>{1, 0, 2, 3});
  CHECK(best_answers(nullptr, answers, 1) == std::vector<std::size_t>{1});
}

TEST_CASE("without a ranker the critic's worth decides where answers have one, and of cut ones none comes first") {
  const auto answer = [](const std::string& text, double worth, lm::Finish finish = lm::Finish::stop) {
    Answer one;
    one.text = text;
    one.tokens = 3;
    one.log_prob = -worth;  // the other way round
    one.worth = worth;
    one.finish = finish;
    return one;
  };
  const std::vector<Answer> answers = {answer("A quiet harbour", -0.5), answer("Cut", 3, lm::Finish::length),
                                       answer("A club", 1.5)};
  CHECK(best_answers(nullptr, answers, 3) == std::vector<std::size_t>{2, 0, 1});
  Answer empty;  // a critic has read nothing of it
  CHECK(best_answers(nullptr, std::vector<Answer>{empty, answers[0], answers[2]}, 3) ==
        std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("an embedder's fit and the critic's worth are added, each by its usual spread") {
  testing::FakeEmbedder embedder;
  std::vector<Draft> drafts = {{"Sailing club by the sea"}, {"Sailing club"}};
  CHECK(Ranker(embedder).best("sailing club", drafts, 1) == std::vector<std::size_t>{1});
  drafts[0].worth = 100;
  CHECK(Ranker(embedder).best("sailing club", drafts, 1) == std::vector<std::size_t>{0});
  CHECK(rank_value(0.15, 1) == 2);
}

TEST_CASE("critic and embedder are asked where they are there, unless one of them is named") {
  CHECK(rank_by_for(RankBy::automatic, true, false) == RankBy::critic);
  CHECK(rank_by_for(RankBy::automatic, true, true) == RankBy::both);
  CHECK(rank_by_for(RankBy::automatic, false, true) == RankBy::fit);
  CHECK(rank_by_for(RankBy::likelihood, true, true) == RankBy::likelihood);
}

TEST_CASE("without rough vectors every text is read") {
  const std::vector<Draft> drafts(20, Draft{"A quiet harbour"});
  CHECK(worth_reading(nullptr, "sailing club", drafts, 1).size() == 20);
}

TEST_CASE("with rough vectors a third is read, and what is about the subject is in it", "[model]") {
  const auto file = std::filesystem::path(UDRL_SOURCE_DIR) / "models/all-minilm-l6-v2.f32.gguf";
  if (!std::filesystem::exists(file)) {
    WARN("not tested: " << file << " is not there; run scripts/fetch_models.sh");
    return;
  }
  const lm::TokenVectors rough(file);
  std::vector<Draft> drafts(18, Draft{"Sailing club, an invoice of the plumber in grey paper"});
  drafts[5].text = "Sailing club, yachts in a harbour, waves and rigging";
  drafts[11].text = "Sailing club, boats with a mast on the ocean";
  drafts[13] = {"Sailing club, a boat on waves", false};
  const auto read = worth_reading(&rough, "sailing club", drafts, 1);
  REQUIRE(read.size() == 6);
  CHECK(std::set<std::size_t>(read.begin(), read.begin() + 2) == std::set<std::size_t>{5, 11});
  CHECK(std::count(read.begin(), read.end(), 13U) == 0);
  CHECK(worth_reading(&rough, "sailing club", drafts, 9).size() == 9);
  CHECK(worth_reading(&rough, "sailing club", std::span(drafts).first(4), 1).size() == 4);
}

TEST_CASE("whole answers come first, then those that fit, then in their order") {
  const std::vector<Ranked> answers = {{0.2, true}, {0.9, false}, {0.5, true}, {0.2, true}, {0.7, false}};
  CHECK(best_first(answers) == std::vector<std::size_t>{2, 0, 3, 1, 4});
  CHECK(best_first({}).empty());
}
