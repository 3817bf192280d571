// The best of several answers.
#include "measure/best_of.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

command::Fitted fitted_on_relevance() {
  command::Fitted fitted;
  fitted.bins = 5;
  fitted.weights = {{"relevance_masked", 1.0}};
  for (const char* name : {"image", "template"}) {
    command::FittedTask task;
    task.name = name;
    task.scorers = {{"relevance_masked", {0.5, 0.1}}, {"copying", {0, 1}}};
    fitted.tasks.push_back(task);
  }
  return fitted;
}

}  // namespace

TEST_CASE("the valid answer of the highest return is taken, and the first where none is valid") {
  const CaseSet set = case_set(4, 1);
  std::vector<MeasuredRow> draws;
  for (const double level : {0.4, 0.9, 0.6}) {
    draws.push_back(measured_row(set, row("teacher-best-of-3", RowKind::model), level));
    for (Measured& m : draws.back().answers) m.answer.text = "at " + std::to_string(level).substr(0, 3);
    set_masked(draws.back(), level);
  }
  for (MeasuredRow& draw : draws) draw.answers[0].broken_rule = "repeats";
  draws[1].answers[1].broken_rule = "repeats";
  const command::Fitted fitted = fitted_on_relevance();
  RealReturns returns(fitted, {scorers().front().info});
  REQUIRE(returns.why_not().empty());
  const auto best = best_answers(draws, set, returns);
  CHECK(best[0].text == "at 0.4");
  CHECK(best[1].text == "at 0.6");
  CHECK(best[2].text == "at 0.9");
}

TEST_CASE("a return of values that no label scorer gives cannot be told") {
  const command::Fitted fitted = fitted_on_relevance();
  CHECK(RealReturns(fitted, {scorers().back().info}).why_not().find("relevance_masked") != std::string::npos);
}
