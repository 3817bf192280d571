// The best of several answers.
#include "measure/best_of.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

TEST_CASE("the valid answer that fits best is taken, and where none is valid the one that fits best") {
  const CaseSet set = case_set(4, 1);
  std::vector<MeasuredRow> draws;
  for (const double level : {0.4, 0.9, 0.6}) {
    draws.push_back(measured_row(set, row("teacher-best-of-3", RowKind::model), level));
    for (Measured& m : draws.back().answers) {
      m.answer.text = "at " + std::to_string(level).substr(0, 3);
      m.relevance.front() = {level, level};
    }
  }
  for (MeasuredRow& draw : draws) draw.answers[0].broken_rule = "repeats";
  draws[1].answers[1].broken_rule = "repeats";
  const auto best = best_answers(draws, set, nullptr);
  CHECK(best[0].text == "at 0.9");
  CHECK(best[1].text == "at 0.6");
  CHECK(best[2].text == "at 0.9");
}

TEST_CASE("an echo of the request is no better than what the answer adds") {
  const CaseSet set = case_set(4, 1);
  std::vector<MeasuredRow> draws;
  for (const Relevance relevance : {Relevance{0.9, 0.1}, Relevance{0.7, 0.4}, Relevance{0.1, 0.5}}) {
    draws.push_back(measured_row(set, row("teacher-best-of-3", RowKind::model), 0.5));
    for (Measured& m : draws.back().answers) {
      m.answer.text = "masked " + std::to_string(relevance.masked).substr(0, 3);
      m.relevance.front() = relevance;
    }
  }
  CHECK(best_answers(draws, set, nullptr).front().text == "masked 0.4");
}
