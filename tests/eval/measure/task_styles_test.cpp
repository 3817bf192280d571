// Do answers look like those of the task that was asked for?
#include "measure/task_styles.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

std::string image(std::size_t n) {
  return "A quiet scene of thing " + std::to_string(n) + ", vibrant colors, high detail";
}
std::string layout(std::size_t n) {
  return "Thing " + std::to_string(n) + " flyer with a photo on top, title in block letters";
}

TrainingView training() {
  TrainingView view;
  for (std::size_t n = 0; n < 60; ++n) {
    view.by_task["image"].push_back({intent("i", "s"), image(n), 0});
    view.by_task["template"].push_back({intent("i", "s"), layout(n), 0});
  }
  return view;
}

/// To each case what `answer` says.
template <class Answer>
MeasuredRow answered(const CaseSet& set, Answer answer) {
  MeasuredRow row = measured_row(set, eval::testing::row("student-top", RowKind::student), 0.5);
  for (std::size_t i = 0; i < set.cases.size(); ++i) row.answers[i].answer.text = answer(set.cases[i], i);
  return row;
}

}  // namespace

TEST_CASE("answers in their task's form look like their own, whatever they are about") {
  const CaseSet set = case_set(10, 2);
  const auto styles = task_styles(
      answered(set, [](const Case& c, std::size_t i) { return c.task == "image" ? image(900 + i) : layout(900 + i); }),
      set, training());
  REQUIRE(styles.size() == 2);
  for (const auto& style : styles) {
    CHECK(style.like_own == 1);
    CHECK(style.training_like_own == 1);
    CHECK(style.most_mistaken_for.empty());
    CHECK(style.answers == 20);
  }
}

TEST_CASE("a student that answers every task in one form is told") {
  const CaseSet set = case_set(10, 2);
  const auto styles = task_styles(answered(set, [](const Case&, std::size_t i) { return image(i); }), set, training());
  CHECK(styles[0].like_own == 1);
  CHECK(styles[1].like_own == 0);
  CHECK(styles[1].most_mistaken_for == "image");
}

TEST_CASE("with one task there are no styles") {
  CaseSet set = one_case("holiday sale", "holiday");
  CHECK(task_styles(answered(set, [](const Case&, std::size_t) { return "x"; }), set, training()).empty());
}
