// Diversity of sets that can be counted by hand.
#include "udrl/score/diversity.hpp"
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
