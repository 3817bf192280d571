// From measured answers to verdicts.
#include "stats/compare.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

Results compared(Results results, CompareOptions options = compare_options()) {
  compare(results, options);
  return results;
}

const Ratio& ratio_to(const Results& results, const std::string& row, const std::string& reference) {
  for (const Ratio& ratio : results.shown(results.row(row)).ratios)
    if (ratio.reference == reference) return ratio;
  throw std::runtime_error("no such reference");
}

const Estimate& fidelity(const Ratio& ratio) { return ratio.halves[Half::fidelity].value; }
const Estimate& elaboration(const Ratio& ratio) { return ratio.halves[Half::elaboration].value; }

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

TEST_CASE("each half counts from its own zero") {
  const Results r = compared(results(0.375, 0.30));
  const Ratio& ratio = ratio_to(r, "student-top", "teacher-greedy");
  CHECK(elaboration(ratio).value == Approx(0.5).margin(0.03));
  CHECK(fidelity(ratio).value == Approx(0.5).margin(0.03));
  CHECK(fidelity(ratio_to(r, shuffled_row, "teacher-greedy")).value == Approx(0.0).margin(1e-9));
  CHECK(elaboration(ratio_to(r, intent_frame_row, "teacher-greedy")).value == Approx(0.0).margin(1e-9));
  CHECK(elaboration(ratio_to(r, intent_tail_row, "teacher-greedy")).value < -0.05);  // the other one is the zero
  CHECK(elaboration(ratio_to(r, "teacher-greedy", "teacher-greedy")).value == Approx(1.0));
}

TEST_CASE("there is a ratio to every model's row") {
  const Results r = compared(results(0.5, 0.4));
  REQUIRE(r.shown(r.row("student-top")).ratios.size() == 2);
  CHECK(elaboration(ratio_to(r, "student-top", "teacher-sampled")).value >
        elaboration(ratio_to(r, "student-top", "teacher-greedy")).value);
}

TEST_CASE("an invalid answer counts as the zero, however relevant it is") {
  Results r = results(0.9, 0.4);
  break_rule(r.measured[0], "echo");
  r = compared(std::move(r));
  CHECK(elaboration(ratio_to(r, "student-top", "teacher-greedy")).value == Approx(0.0).margin(1e-9));
  CHECK(fidelity(ratio_to(r, "student-top", "teacher-greedy")).value == Approx(0.0).margin(1e-9));
  CHECK(r.primary.verdict == Verdict::fail);
  CHECK(r.shown(r.row("student-top")).all.valid == 0);
}

TEST_CASE("the bare intent fails although its raw relevance is perfect") {
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

/// Answers of the student's top row from another training seed, drawn again.
MeasuredRow replicate(const Results& r, int seed, int draw, double level) {
  Row again = row("student-top", RowKind::student);
  again.replicate_of = again.name;
  again.name += "~s" + std::to_string(seed) + "~" + std::to_string(draw);
  again.seed = seed, again.draw = draw;
  return {again, measured_row(r.set, row("student-top", RowKind::student), level).answers};
}

Estimate masked_of(const Results& r, const std::string& row) { return r.row(row).scored[1].all.masked; }

}  // namespace

TEST_CASE("replicates of a row are averaged and resampled, and are no rows of their own") {
  Results r = results(0.62, 0.40);
  r.measured.push_back(replicate(r, 2, 1, 0.42));
  const Results alone = compared(results(0.62, 0.40));
  r = compared(std::move(r));
  CHECK(r.rows.size() == alone.rows.size());
  CHECK(r.row("student-top").seeds == 2);
  const Estimate both = masked_of(r, "student-top"), one = masked_of(alone, "student-top");
  CHECK(both.value == Approx(0.52).margin(0.01));
  CHECK(both.lower_95 < 0.43);  // the other seed alone, in a quarter of the draws
  CHECK(both.upper_95 > 0.61);
  CHECK(one.upper_95 - one.lower_95 < 0.02);
  CHECK(ratio_to(r, "student-top", "teacher-greedy").verdict() == Verdict::inconclusive);
  CHECK(r.primary.caveats.size() == 1);  // two seeds are few
}

TEST_CASE("answers drawn again say nothing of other training seeds") {
  const auto with_draws = [](int draws) {
    Results r = results(0.62, 0.40);
    for (int seed = 1; seed <= 3; ++seed)
      for (int draw = 1; draw <= draws; ++draw)
        if (seed + draw > 2) r.measured.push_back(replicate(r, seed, draw, 0.62 - 0.1 * (seed - 1)));
    return masked_of(compared(std::move(r)), "student-top");
  };
  const Estimate one = with_draws(1), five = with_draws(5);
  CHECK(five.value == Approx(one.value));
  CHECK(five.upper_95 - five.lower_95 == Approx(one.upper_95 - one.lower_95).epsilon(0.02));
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
  CHECK(r.second_draw->parts.size() == 3);  // both halves and diversity, and no look-up
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
  CHECK(mentions(r.primary.withheld_because, "no say on elaboration: 0.40 of it is left"));
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
          (part.name == "fidelity" || part.name == "better than a look-up"));
}

TEST_CASE("a student that is no better than a look-up does not pass") {
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
  r.measured.insert(r.measured.begin() + 1, measured_row(r.set, best, 0.62));
  r = compared(std::move(r));
  CHECK(r.primary.verdict == Verdict::fail);
  REQUIRE(r.best_of);
  CHECK(r.best_of->row == "student-best");
  CHECK(r.best_of->reference == r.primary.reference);
  CHECK(r.best_of->verdict == Verdict::pass);
  CHECK(r.best_of->parts.size() == r.primary.parts.size());
  CHECK(to_json(r).at("best_of").at("verdict") == "PASS");
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

TEST_CASE("top less lowest return, overall and by task") {
  const Results r = compared(results(0.50, 0.40));
  const auto& effect = r.shown_scorer().return_effect;
  REQUIRE(effect);
  CHECK(effect->masked.value == Approx(0.10).margin(0.02));
  CHECK(effect->masked.low > 0);
  CHECK(effect->masked_by_task.size() == 2);
}

TEST_CASE("the primary row less every other, paired by case") {
  const Results r = compared(results(0.50, 0.40));
  const auto& less = r.shown_scorer().primary_less;
  CHECK(less.size() == r.rows.size() - 1);
  for (const Difference& d : less) {
    CHECK(d.minuend == "student-top");
    CHECK(d.subtrahend != d.minuend);
    const double of_rows = masked_of(r, d.minuend).value - masked_of(r, d.subtrahend).value;
    CHECK(d.masked.value == Approx(of_rows).margin(1e-12));
    CHECK(d.masked_by_task.size() == 2);
  }
}

TEST_CASE("a row that loses exactly as much in every case differs without doubt, and one alike does not") {
  Results r = results(0.50, 0.40);
  const auto another = [&](const std::string& name, double lower) {
    r.measured.push_back(r.measured[0]);
    r.measured.back().row.name = name;
    for (Measured& m : r.measured.back().answers) m.relevance[1].masked -= lower;
  };
  another("worse", 0.01);
  another("alike", 0);
  r = compared(std::move(r));
  for (const Difference& d : r.shown_scorer().primary_less) {
    if (d.subtrahend != "worse" && d.subtrahend != "alike") continue;
    const double by = d.subtrahend == "worse" ? 0.01 : 0.0;
    CHECK(d.masked.low == Approx(by).margin(1e-9));  // paired: what both share cancels
    CHECK(d.masked.high == Approx(by).margin(1e-9));
  }
}

TEST_CASE("figures of tasks are over their own cases") {
  Results r = results(0.5, 0.4);
  for (std::size_t i = 0; i < r.set.cases.size(); ++i)
    r.measured[0].answers[i].relevance[1].raw = r.set.cases[i].task == "image" ? 0.2 : 0.6;
  r = compared(std::move(r));
  const Scored& scored = r.shown(r.row("student-top"));
  CHECK(scored.by_task.at("image").raw.value == Approx(0.2));
  CHECK(scored.by_task.at("template").raw.value == Approx(0.6));
  CHECK(scored.by_task.at("image").cases == 90);
  CHECK(scored.all.raw.value == Approx(0.4));
}

TEST_CASE("other parts are reported apart, and change nothing of the primary comparison") {
  const Results alone = compared(results(0.5, 0.4));
  Results r = results(0.5, 0.4);
  const std::size_t before = r.set.cases.size();
  r.set.parts.push_back({"test_groups", {"x", "y", "z"}, 3});
  for (std::size_t i = 0; i < 6; ++i) {
    Case c = r.set.cases[i];
    c.part = 1;
    c.cluster = i / 2;
    r.set.cases.push_back(c);
  }
  for (MeasuredRow& row : r.measured)
    for (std::size_t i = 0; i < 6; ++i) row.answers.push_back(row.answers[i]);
  r = compared(std::move(r));
  CHECK(r.set.cases.size() == before + 6);
  CHECK(r.shown(r.row("student-top")).all.masked.value == alone.shown(alone.row("student-top")).all.masked.value);
  CHECK(r.shown(r.row("student-top")).by_part.at("test_groups").cases == 6);
  CHECK(r.row("student-top").words.answers == alone.row("student-top").words.answers);
}
