// What is known of the training data, and what is refused because of it.
#include "systems/training.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/observer.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

TrainingView read(const std::vector<data::Record>& records, const CaseSet& set) {
  TempFolder folder;
  write_split(folder.path() / "train", records);
  Observer silent;
  return read_training(folder.path() / "train", set, silent);
}

}  // namespace

TEST_CASE("a subject of the main part that trained is refused, one of another part is not") {
  const std::vector<data::Record> train = {record(intent("poster for tea", "tea"), "image", "A cup")};
  CHECK_THROWS_AS(read(train, one_case("tea shop logo", "tea")), Error);
  CaseSet set = one_case("wine bar logo", "wine bar");
  set.parts.push_back({"test_intents", {"tea"}, 1});
  set.cases.push_back({"id2", intent("tea shop logo", "tea"), "image", 0, 10, 1, 0});
  CHECK_NOTHROW(read(train, set));
}

TEST_CASE("a test intent that nearly is one that trained is found") {
  const std::vector<data::Record> train = {
      record(intent("a poster for the spring opera festivals", "opera festivals"), "image", "A stage"),
      record(intent("something else entirely", "other"), "image", "A thing")};
  const TrainingView view = read(train, one_case("a poster for the spring opera festival", "opera festival"));
  REQUIRE(view.near_intents.size() == 1);
  CHECK(view.near_intents.begin()->second == "a poster for the spring opera festivals");
  CHECK(read(train, one_case("wine bar logo", "wine bar")).near_intents.empty());
}

TEST_CASE("the sample holds the task's answers with their return, and a task without any is refused") {
  data::Record top = record(intent("poster for tea", "tea"), "image", "A cup");
  top.commands["return"] = 4;
  const auto texts =
      read({top, record(intent("poster for tea", "tea"), "headline", "Tea!")}, one_case("wine bar logo", "wine bar"))
          .by_task.at("image");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].answer == "A cup");
  CHECK(texts[0].return_bin == 4);
  CHECK_THROWS_AS(read({record(intent("poster for tea", "tea"), "headline", "Tea!")}, one_case("wine bar", "wine")),
                  Error);
}

TEST_CASE("answers that nearly are training's are found, task by task") {
  TempFolder folder;
  write_split(folder.path() / "train",
              {record(intent("poster for tea", "tea"), "image", "A steaming cup of green tea on a slate table"),
               record(intent("poster for tea", "tea"), "headline", "An answer of another task, word for word")});
  const CaseSet set = one_case("wine bar logo", "wine bar");
  Observer silent;
  const auto near = near_training(folder.path() / "train", set,
                                  {{"A steaming cup of green tea on a slate table!"},
                                   {"An answer of another task, word for word"},
                                   {"A dim bar with a hundred bottles"}},
                                  silent);
  CHECK(near[0][0]);
  CHECK_FALSE(near[1][0]);
  CHECK_FALSE(near[2][0]);
}
