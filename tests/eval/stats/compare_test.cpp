// From measured answers to verdicts.
#include "stats/compare.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "eval/stats/compared.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

bool mentions(const std::vector<std::string>& reasons, const std::string& part) {
  for (const std::string& reason : reasons)
    if (reason.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a student as good as its teacher passes, one far below fails") {
  CHECK(compared(results(0.62, 0.40)).primary.verdict == Verdict::pass);
  CHECK(compared(results(0.40, 0.40)).primary.verdict == Verdict::fail);
}

TEST_CASE("the figures shown are those of the scorer that carries the verdict") {
  const Results r = compared(results(0.62, 0.40));
  CHECK(r.shown_scorer().info.name == "held-out-scorer");
  CHECK(r.scorers[0].verdict == Verdict::withheld);
  CHECK(r.scorers[1].verdict == Verdict::pass);
}

TEST_CASE("a label scorer alone carries no verdict, however good the student") {
  Results r = results(0.62, 0.40);
  r.scorers[1].info.role = ScorerRole::label;
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::withheld);
  CHECK(mentions(r.primary.withheld_because, "made the labels"));
}

TEST_CASE("every scorer that carries a verdict must pass") {
  Results r = results(0.62, 0.40);
  r.scorers.push_back(r.scorers[1]);
  r.scorers[2].info.name = "stricter-scorer";
  for (MeasuredRow& row : r.measured)
    for (Measured& m : row.answers) {
      m.relevance.push_back(m.relevance[1]);
      if (row.row.kind == RowKind::student) m.relevance[2].masked -= 0.3;
    }
  r = compared(std::move(r));
  CHECK(r.scorers[1].verdict == Verdict::pass);
  CHECK(r.scorers[2].verdict == Verdict::fail);
  CHECK(r.primary.verdict == Verdict::fail);
}

TEST_CASE("requests that a teacher's endpoint failed withhold the verdict, and are named") {
  Results r = results(0.62, 0.40);
  r.failures = {{"Teacher, greedy", "status 500", "out of memory", 3, false}, {"the judge", "status 402", "", 1, true}};
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::withheld);
  CHECK(mentions(r.primary.withheld_because, "Teacher, greedy left 3 requests without an answer (status 500: out of"));
  CHECK_FALSE(mentions(r.primary.withheld_because, "the judge"));
  CHECK(mentions(r.primary.caveats, "the judge left 1 request without an answer (status 402)"));
  CHECK(to_json(r).at("failed_requests").size() == 2);
  CHECK_THROWS_AS(require_answers(r), udrl::Error);
  CHECK_NOTHROW(require_answers(results(0.62, 0.40)));
}

TEST_CASE("test intents that nearly are training's withhold the verdict") {
  Results r = results(0.62, 0.40);
  r.near_intents = {{"holiday sale poster", "holiday sales poster"}};
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::withheld);
  CHECK(mentions(r.primary.withheld_because, "holiday sales poster"));
}

TEST_CASE("the bare intent fails although its relevance as written is perfect") {
  const Results r = compared(results(0.62, 0.4));
  CHECK(r.shown(r.row(bare_intent_row)).all.raw.value == Approx(1.0));
  CHECK(ratio_to(r, bare_intent_row, "teacher-greedy").verdict() == Verdict::fail);
}

TEST_CASE("a PASS is withheld where a control that must fail passes") {
  Results r = results(0.62, 0.4);
  break_rule(r.measured[5], "");
  set_masked(r.measured[5], 0.7);
  r = compared(std::move(r));
  REQUIRE(r.primary.withheld_because.size() == 1);
  CHECK(to_json(r).at("primary").at("verdict") == "WITHHELD");
  CHECK(to_json(r).dump().find("\"PASS\"") == std::string::npos);  // nor for any other row
}

TEST_CASE("a task by itself says PASS of no row but a student's, and only where every control fails in it") {
  const auto of_tasks = [](const Results& r, const std::string& name) {
    std::vector<Verdict> verdicts;
    for (const Scored& scored : r.row(name).scored)
      for (const auto& [task, ratio] : scored.ratio_by_task) verdicts.push_back(ratio.verdict);
    return verdicts;
  };
  const auto passes = [&](const Results& r, const std::string& name) {
    const auto verdicts = of_tasks(r, name);
    return std::find(verdicts.begin(), verdicts.end(), Verdict::pass) != verdicts.end();
  };
  const Results good = compared(results(0.75, 0.4, 60));
  CHECK(passes(good, good.primary.row));
  for (const RowResult& row : good.rows)
    if (row.row.kind != RowKind::student) CHECK_FALSE(passes(good, row.row.name));

  Results r = results(0.75, 0.4, 60);
  const Case& any = r.set.cases.front();
  break_rule(r.measured[5], "");
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    if (r.set.cases[i].task_index == any.task_index)
      for (Relevance& value : r.measured[5].answers[i].relevance) value.raw = value.masked = 0.7;
  r = compared(std::move(r));
  REQUIRE(r.primary.withheld_because.empty());
  for (const Scored& scored : r.row(r.primary.row).scored)
    CHECK(scored.ratio_by_task.at(any.task).verdict != Verdict::pass);
}

TEST_CASE("a point of the curve is judged against nobody") {
  Results r = results(0.62, 0.40);
  r.measured.push_back(r.measured[0]);
  r.measured.back().row.name = "student-top-t0.50";
  r.measured.back().row.on_curve = true;
  r.scorers[1].info.role = ScorerRole::label;  // withheld
  r = compared(std::move(r));
  REQUIRE(r.curve.size() == 1);
  CHECK(r.curve[0].scored[1].ratios.empty());
  CHECK(to_json(r).dump().find("\"PASS\"") == std::string::npos);
}

namespace {

/// With the teacher's second draw at this level; its first stands at 0.58.
Results with_second_draw(double level) {
  Results r = results(0.62, 0.40);
  r.measured.push_back(measured_row(r.set, row("teacher-again", RowKind::second_draw), level));
  return compared(std::move(r));
}

}  // namespace

TEST_CASE("the teacher's second draw must pass against its first") {
  const Results r = with_second_draw(0.58);
  REQUIRE(r.second_draw);
  CHECK(r.second_draw->reference == "teacher-sampled");
  CHECK(r.second_draw->verdict == Verdict::pass);
  CHECK(r.second_draw->parts.size() == 3);  // both halves and diversity, and no nearest neighbour
  CHECK(r.primary.withheld_because.empty());
  CHECK(r.primary.verdict == Verdict::pass);
  CHECK(to_json(r).at("second_draw").at("verdict") == "PASS");
  CHECK_FALSE(compared(results(0.62, 0.40)).second_draw);
}

TEST_CASE("a measure by which the teacher falls short of itself decides nothing") {
  const Results r = with_second_draw(0.45);
  CHECK(r.second_draw->verdict == Verdict::fail);
  CHECK(r.primary.verdict == Verdict::withheld);
  CHECK(mentions(r.primary.withheld_because, "the teacher’s second draw against its first must PASS, and is FAIL"));
}

TEST_CASE("a second draw that is not decided is said, with what would decide it") {
  const Results r = with_second_draw(0.56);  // about the margin
  CHECK(r.second_draw->verdict == Verdict::inconclusive);
  CHECK(r.primary.withheld_because.empty());
  CHECK(mentions(r.primary.caveats, "must PASS, and is INCONCLUSIVE"));
}

namespace {

const TaskRatio& task_ratio(const Results& r, const std::string& task) {
  return r.row("student-top").scored[1].ratio_by_task.at(task);
}

/// A task is half the cases: as many subjects as make its precision suffice.
constexpr std::size_t task_subjects = 60;

}  // namespace

TEST_CASE("each task has a verdict of its own") {
  Results r = results(0.62, 0.40, task_subjects);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    if (r.set.cases[i].task == "template")
      for (Relevance& relevance : r.measured[0].answers[i].relevance) relevance.masked -= 0.3;
  r = compared(std::move(r));
  CHECK(task_ratio(r, "image").verdict == Verdict::pass);
  CHECK(task_ratio(r, "template").verdict == Verdict::fail);
  CHECK(task_ratio(r, "template").halves[Half::fidelity].at.front().verdict == Verdict::pass);
}

TEST_CASE("a half that does not count for a task is left out of its verdict, and without any half there is none") {
  Results r = results(0.62, 0.40, task_subjects);
  for (const Half half : halves) r.scorers[1].damage.tasks[1].why_not[half] = "not seen";
  r.scorers[1].damage.tasks[0].why_not[Half::elaboration] = "not seen";
  r.scorers.push_back(r.scorers[1]);  // so that some scorer carries a verdict
  r.scorers[2].info.name = "sees-all";
  r.scorers[2].damage = seen_damage();
  for (MeasuredRow& row : r.measured)
    for (Measured& m : row.answers) m.relevance.push_back(m.relevance[1]);
  r.scorers[1].damage.tasks[1].why_not[Half::elaboration].clear();
  r = compared(std::move(r));
  CHECK(task_ratio(r, "image").verdict == Verdict::pass);
  CHECK(task_ratio(r, "image").halves[Half::elaboration].at.front().verdict == Verdict::withheld);
  r.scorers[1].damage.tasks[1].why_not[Half::elaboration] = "not seen";
  r = compared(std::move(r));
  CHECK(task_ratio(r, "template").verdict == Verdict::withheld);
}

TEST_CASE("a scorer that is too blunt for one task passes nobody there") {
  Results r = results(0.62, 0.40, task_subjects);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)  // noise in one task alone
    if (r.set.cases[i].task == "template") {
      const double noise = (i / 2) % 2 == 0 ? 1 : -1;  // so that another intent's answer scores higher half the time
      for (MeasuredRow& row : r.measured)
        for (Relevance& relevance : row.answers[i].relevance)
          if (row.row.kind != RowKind::control) relevance.masked += noise;
    }
  r = compared(std::move(r));
  CHECK(r.scorers[1].precision_by_task.at("image")[Half::elaboration].suffices());
  CHECK_FALSE(r.scorers[1].precision_by_task.at("template")[Half::elaboration].suffices());
  CHECK(task_ratio(r, "template").halves[Half::elaboration].at.front().verdict == Verdict::inconclusive);
}

TEST_CASE("where a control does not fail against a weak model, no student passes against it") {
  Results r = results(0.58, 0.57);
  r.measured.push_back(measured_row(r.set, row("weak-sampled", RowKind::model), 0.30));
  r = compared(std::move(r));
  CHECK(r.primary.withheld_because.empty());
  CHECK(elaboration(ratio_to(r, "student-top", "weak-sampled")).lower_95 > 1.5);
  CHECK(ratio_to(r, "student-top", "weak-sampled").verdict() == Verdict::withheld);
}

TEST_CASE("no verdict from a scorer that does not see the damage") {
  Results r = results(0.62, 0.4);
  for (score::TaskDamage& task : r.scorers[1].damage.tasks)
    task.why_not[Half::elaboration] = "0.40 of it is left, at most 0.15 wanted";
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::withheld);
  CHECK(mentions(r.primary.withheld_because, "cannot judge elaboration: 0.40 of it is left"));
  CHECK_FALSE(mentions(r.primary.withheld_because, "fidelity"));
}

TEST_CASE("a task in which a half does not see its damage is left out of that half") {
  Results r = results(0.62, 0.4, 80);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    if (r.set.cases[i].task == "template") r.measured[0].answers[i].relevance[1].masked = 0.15;
  CHECK(compared(r).primary.verdict == Verdict::fail);
  r.scorers[1].damage.tasks[1].why_not[Half::elaboration] = "it says nothing";
  r = compared(std::move(r));
  CHECK(elaboration(ratio_to(r, "student-top", "teacher-greedy")).value == Approx(1.04).margin(0.05));
  CHECK(r.primary.verdict == Verdict::pass);
}

TEST_CASE("a student fails by the half in which it is weak, and the part is named") {
  Results r = results(0.62, 0.4);
  for (Measured& m : r.measured[0].answers) m.relevance[1].raw = 0.3;  // it loses the subject
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::fail);
  for (const VerdictPart& part : r.primary.parts)
    CHECK((part.judgement.verdict == Verdict::fail) ==
          (part.name == "fidelity" || part.name == "better than the nearest neighbour"));
}

TEST_CASE("a student that is no better than the nearest neighbour does not pass") {
  Results r = results(0.62, 0.4);
  set_masked(r.measured[9], 0.62);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    for (std::size_t s = 0; s < 2; ++s) r.measured[9].answers[i].relevance[s] = r.measured[0].answers[i].relevance[s];
  r = compared(std::move(r));
  const auto& over_lookup = r.row("student-top").scored[1].over_lookup;
  REQUIRE(over_lookup);
  CHECK(over_lookup->value.value == Approx(0).margin(1e-9));
  CHECK(r.primary.verdict != Verdict::pass);
}

TEST_CASE("the best of n has a verdict of its own") {
  Results r = results(0.40, 0.30);
  Row best = row("student-best", RowKind::student);
  best.best_of = 8;
  best.rank_by = inference::RankBy::critic;
  r.measured.insert(r.measured.begin() + 1, measured_row(r.set, best, 0.62));
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::fail);
  REQUIRE(r.best_of);
  CHECK(r.best_of->row == "student-best");
  CHECK(r.best_of->reference == r.primary.reference);
  CHECK(r.best_of->verdict == Verdict::pass);
  CHECK(r.best_of->parts.size() == r.primary.parts.size());
  CHECK(to_json(r).at("best_of").at("verdict") == "PASS");
  CHECK(to_json(r).at("systems").at("student-best").at("sampling").at("rank_by") == "critic");
  CHECK_FALSE(to_json(r).at("systems").at("student-top").at("sampling").contains("rank_by"));
  CHECK_FALSE(compared(results(0.62, 0.40)).best_of);
}

TEST_CASE("a student with one answer for all is not varied enough") {
  Results r = results(0.62, 0.4);
  for (Measured& m : r.measured[0].answers) m.answer.text = "one beautiful answer to everything there is";
  r = compared(std::move(r));
  REQUIRE(r.row("student-top").diversity_ratio);
  CHECK(r.row("student-top").diversity_ratio->distinct_2.upper_95 < 0.5);
  CHECK(r.primary.verdict == Verdict::fail);
  CHECK(r.primary.parts.back().name == "diversity");
  CHECK(r.primary.parts.back().judgement.verdict == Verdict::fail);
}

TEST_CASE("a scorer of few answers tells small shares of wrong ones from none no longer, and says how many would do") {
  Results r = results(0.62, 0.4, 30);
  RandomStream random(5, "noise");
  for (MeasuredRow& row : r.measured)
    for (Measured& m : row.answers) m.relevance[1].raw += 4 * random.normal();
  r = compared(std::move(r));
  const Precision& precision = r.scorers[1].precision[Half::fidelity];
  CHECK(precision.smallest_share > precision.wanted);
  CHECK(precision.answers_needed > static_cast<double>(precision.answers));
  CHECK(r.primary.verdict != Verdict::pass);
  CHECK(mentions(r.primary.caveats, "answers would do"));
}

TEST_CASE("too few subjects decide nothing") {
  const Results r = compared(results(0.75, 0.4, 8));
  CHECK(r.primary.verdict == Verdict::inconclusive);
  CHECK(mentions(r.primary.caveats, "8 subjects are too few to decide"));
  for (const RowResult& row : r.rows)
    for (const Ratio& ratio : r.shown(row).ratios) CHECK(ratio.verdict() == Verdict::inconclusive);
}
