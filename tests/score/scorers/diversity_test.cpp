// Diversity of sets that can be counted by hand.
#include "udrl/score/diversity.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace udrl::score;

TEST_CASE("Distinct-n counts the n-grams of the whole set") {
  const std::vector<std::string> texts{"a red fox", "a red hen", "tea"};
  CHECK(distinct_n(texts, 1) == Approx(5.0 / 7.0));
  CHECK(distinct_n(texts, 2) == Approx(3.0 / 4.0));
  CHECK(distinct_n(texts, 3) == 1.0);
  CHECK(distinct_n(texts, 4) == 0.0);
  CHECK(distinct_n(texts, 2, 2) == Approx(1.0 / 2.0));
}

TEST_CASE("N-grams of other words are not confused") {
  CHECK(distinct_n(std::vector<std::string>{"ab c", "a bc"}, 2) == 1.0);
}

TEST_CASE("Embedding spread is one minus the mean cosine of pairs") {
  const std::vector<Vector> vectors{{1, 0}, {0, 1}, {-1, 0}};
  CHECK(embedding_spread(vectors) == Approx(1.0 + 1.0 / 3.0));
  CHECK(embedding_spread(std::vector<Vector>{{1, 0}, {1, 0}}) == Approx(0.0));
  CHECK(embedding_spread(std::vector<Vector>{{1, 0}}) == 0.0);
}

TEST_CASE("Self-BLEU and compression are NLTK's and zlib's") {
  std::ifstream in(std::string(UDRL_SOURCE_DIR) + "/tests/score/scorers/diversity.json");
  const auto json = nlohmann::json::parse(in);
  const auto texts = json.at("texts").get<std::vector<std::string>>();
  CHECK(self_bleu(texts) == Approx(json.at("self_bleu").get<double>()).epsilon(1e-9));
  CHECK(self_bleu(texts, 8) == Approx(json.at("self_bleu_of_8_words").get<double>()).epsilon(1e-9));
  CHECK(compression_ratio(texts) ==
        Approx(json.at("compression_ratio").get<double>()).epsilon(0.02));  // by zlib's build
}

TEST_CASE("Copies are the least varied of all") {
  const std::vector<std::string> copies(5, "a red fox runs over the hill");
  CHECK(self_bleu(copies) == Approx(1.0));
  CHECK(compression_ratio(copies) > 2);
  CHECK(self_bleu(std::vector<std::string>{"alone"}) == 0.0);
  CHECK(compression_ratio(std::vector<std::string>{}) == 0.0);
}
