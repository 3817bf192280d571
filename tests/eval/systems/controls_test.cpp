// The controls: made as they say.
#include "systems/controls.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "score/scorers/fake_embedder.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

TrainingView training(const std::vector<TrainingText>& texts) { return {{{"image", texts}}, {}}; }

}  // namespace

TEST_CASE("the most common frame takes the case's subject") {
  const TrainingView view = training({{intent("a", "tea"), "A lonely cup of tea", 0},
                                      {intent("b", "rowing"), "Poster of rowing in gold", 0},
                                      {intent("c", "chess"), "Poster of chess in gold", 0},
                                      {intent("d", "go"), "It never names what it is about", 0}});
  CHECK(frame_answers(one_case("wine bar logo", "wine bar"), view).front().text == "Poster of wine bar in gold");
}

TEST_CASE("a task whose answers never name their subject has the subject alone for a frame") {
  const TrainingView view = training({{intent("d", "go"), "It never names what it is about", 0}});
  CHECK(frame_answers(one_case("wine bar logo", "wine bar"), view).front().text == "wine bar");
}

TEST_CASE("the nearest training intent gives its best answer, adapted without being told the subjects") {
  const TrainingView view = training({{intent("wine tasting logo", ""), "A worse wine tasting", 1},
                                      {intent("wine tasting logo", ""), "The best wine tasting", 4},
                                      {intent("monster truck flyer", "monster truck"), "A monster truck", 4}});
  udrl::testing::FakeEmbedder embedder;
  const CaseSet set = one_case("wine bar logo", "wine bar");
  CHECK(nearest_answers(set, {set, view, embedder}).front().text == "The best wine bar");
}

TEST_CASE("the keywords are those that answers to near intents use more than others, and no intent's own") {
  std::vector<TrainingText> texts;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    texts.push_back({intent("wine tasting " + n, ""), "A wine tasting with grapes, a bottle and a frame", 0});
    texts.push_back({intent("truck " + n, ""), "A truck with wheels and a frame", 0});
  }
  const TrainingView view = training(texts);
  udrl::testing::FakeEmbedder embedder;
  const CaseSet set = one_case("wine bar logo", "wine bar");
  const LookUp look_up(set, view, embedder);
  CHECK(look_up.words_for(0, 2) == std::vector<std::string>{"bottle", "grapes"});
  CHECK(word_list_answers(set, look_up).front().text == "wine bar logo, bottle, grapes, frame");
}

TEST_CASE("the whole intent stands in the most common frame, and before the most common tail") {
  const TrainingView view = training({{intent("a", "tea"), "Cup of tea, warm soft light", 0},
                                      {intent("b", "rowing"), "Poster of rowing in warm soft light", 0},
                                      {intent("c", "chess"), "Poster of chess in warm soft light", 0}});
  const CaseSet set = one_case("wine bar logo", "wine bar");
  CHECK(intent_frame_answers(set, view).front().text == "Poster of wine bar logo in warm soft light");
  CHECK(intent_tail_answers(set, view).front().text == "wine bar logo, warm soft light");
}

TEST_CASE("the bare intent is the intent") {
  CHECK(bare_intent_answers(one_case("wine bar logo", "wine bar")).front().text == "wine bar logo");
}
