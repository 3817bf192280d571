// Which of several answers fits a request best.
#include "udrl/inference/ranker.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "score/scorers/fake_embedder.hpp"

using namespace udrl;
using namespace udrl::inference;

TEST_CASE("an answer near its request fits better than one that is not, and an empty one worst") {
  testing::FakeEmbedder embedder;  // by the words that two texts share
  const Ranker ranker(embedder);
  const std::vector<std::string> answers = {"A quiet harbour at dusk", "", "Holiday sale with bright red ribbons"};
  const auto fit = ranker.fit("holiday sale ribbons", answers);
  REQUIRE(fit.size() == 3);
  CHECK(fit[2] > fit[0]);
  CHECK(fit[1] == -INFINITY);
}

TEST_CASE("of a request's answers each text is embedded once") {
  testing::FakeEmbedder embedder;
  const std::vector<std::string> answers = {"A quiet harbour", "A quiet harbour", "A loud one"};
  const auto fit = Ranker(embedder).fit("sailing club", answers);
  CHECK(fit[0] == fit[1]);
  CHECK(std::set<std::string>(embedder.asked.begin(), embedder.asked.end()).size() == embedder.asked.size());
}

TEST_CASE("whole answers come first, then those that fit, then in their order") {
  const std::vector<Ranked> answers = {{0.2, true}, {0.9, false}, {0.5, true}, {0.2, true}, {0.7, false}};
  CHECK(best_first(answers) == std::vector<std::size_t>{2, 0, 3, 1, 4});
  CHECK(best_first({}).empty());
}
