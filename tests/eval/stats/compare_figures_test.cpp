// From measured answers to figures: ratios, replicates, differences between rows, and those of tasks and parts.
#include <string>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "eval/stats/compared.hpp"
#include "stats/compare.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

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
  CHECK(r.primary.caveats.size() == alone.primary.caveats.size() + 1);  // two seeds are few
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
