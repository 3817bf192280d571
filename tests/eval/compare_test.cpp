// From measured answers to verdicts.
#include "udrl/eval/compare.hpp"

#include "catch.hpp"
#include "fixtures.hpp"

using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

Results compared(Results results, CompareOptions options = compare_options()) {
  compare(results, {{"student-top", "student"}, {"student-lowest", "student"}}, options);
  return results;
}

const Ratio& ratio_to(const RowResult& row, const std::string& reference) {
  for (const Ratio& ratio : row.ratios)
    if (ratio.reference == reference) return ratio;
  throw std::runtime_error("no such reference");
}

}  // namespace

TEST_CASE("a student as good as its teacher passes, one far below fails") {
  CHECK(compared(results(0.62, 0.40)).headline.verdict == Verdict::pass);
  CHECK(compared(results(0.40, 0.40)).headline.verdict == Verdict::fail);
}

TEST_CASE("the ratio counts from the floor") {
  const Results r = compared(results(0.375, 0.30));
  const Ratio& ratio = ratio_to(r.row("student-top"), "teacher-greedy");
  CHECK(ratio.corrected.value == Approx(0.5).margin(0.03));
  CHECK(ratio.raw.value == Approx(0.375 / 0.6).margin(0.03));
  CHECK(ratio_to(r.row(shuffled_row), "teacher-greedy").corrected.value == Approx(0.0).margin(1e-9));
  CHECK(ratio_to(r.row("teacher-greedy"), "teacher-greedy").corrected.value == Approx(1.0));
}

TEST_CASE("there is a ratio to every model's row") {
  const Results r = compared(results(0.5, 0.4));
  REQUIRE(r.row("student-top").ratios.size() == 2);
  CHECK(ratio_to(r.row("student-top"), "teacher-sampled").corrected.value >
        ratio_to(r.row("student-top"), "teacher-greedy").corrected.value);
}

TEST_CASE("an invalid answer counts as the floor, however relevant it is") {
  Results r = results(0.9, 0.4);
  for (Measured& m : r.measured[0].answers) m.broken_rule = "echo";
  r = compared(std::move(r));
  CHECK(ratio_to(r.row("student-top"), "teacher-greedy").corrected.value == Approx(0.0).margin(1e-9));
  CHECK(r.headline.verdict == Verdict::fail);
  CHECK(r.row("student-top").all.valid == 0);
}

TEST_CASE("the bare intent fails although its raw relevance is perfect") {
  const Results r = compared(results(0.62, 0.4));
  CHECK(r.row(bare_intent_row).all.relevance.value == Approx(1.0));
  CHECK(ratio_to(r.row(bare_intent_row), "teacher-greedy").verdict == Verdict::fail);
}

TEST_CASE("a PASS is withheld where an arm that must fail passes") {
  Results r = results(0.62, 0.4);
  for (Measured& m : r.measured[5].answers) {
    m.broken_rule.clear();
    m.masked = 0.7;
  }
  r = compared(std::move(r));
  REQUIRE(r.headline.withheld_because.size() == 1);
  CHECK(to_json(r).at("headline").at("verdict") == "WITHHELD");
  CHECK(to_json(r).dump().find("\"PASS\"") == std::string::npos);  // nor for any other row
}

TEST_CASE("no verdict from a scorer that does not know true from shuffled answers") {
  Results r = results(0.62, 0.4);
  for (std::size_t i = 0; i < r.measured[4].answers.size(); ++i)
    r.measured[4].answers[i].masked = i % 2 ? 0.1 : 0.65;  // beaten on average, not one by one
  r = compared(std::move(r));
  CHECK(r.gate.auc_masked < 0.95);
  CHECK_FALSE(r.headline.withheld_because.empty());
}

TEST_CASE("too few subjects decide nothing") {
  const Results r = compared(results(0.75, 0.4, 8));
  CHECK(r.headline.verdict == Verdict::inconclusive);
  CHECK(r.headline.caveats.size() == 2);
  for (const RowResult& row : r.rows)
    for (const Ratio& ratio : row.ratios) CHECK(ratio.verdict == Verdict::inconclusive);
}

TEST_CASE("top less lowest return, overall and by task") {
  const Results r = compared(results(0.50, 0.40));
  REQUIRE(r.return_effect);
  CHECK(r.return_effect->headline.value == Approx(0.10).margin(0.02));
  CHECK(r.return_effect->headline.low > 0);
  CHECK(r.return_effect->headline_by_task.size() == 2);
}

TEST_CASE("figures of tasks are over their own cases") {
  Results r = results(0.5, 0.4);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    r.measured[0].answers[i].relevance = r.set.cases[i].task == "image" ? 0.2 : 0.6;
  r = compared(std::move(r));
  const RowResult& row = r.row("student-top");
  CHECK(row.by_task.at("image").relevance.value == Approx(0.2));
  CHECK(row.by_task.at("template").relevance.value == Approx(0.6));
  CHECK(row.by_task.at("image").cases == 90);
  CHECK(row.all.relevance.value == Approx(0.4));
}
