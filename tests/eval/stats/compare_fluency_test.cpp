// Fluency as a part of the verdict.
#include "catch.hpp"
#include "compared.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

/// A student that is as relevant as its teacher, writes this well, and stands beside a list of words that is relevant
/// too. The teacher writes at 3, the list at 1.
Results written(double student, const std::string& why_not = "") {
  Results r = results(0.60, 0.50, 60);
  r.measured.push_back(measured_row(r.set, control_rows()[6], 0.60));
  for (MeasuredRow& row : r.measured) set_fluency(row, 3);
  for (std::size_t i : {0, 1}) set_fluency(r.measured[i], student);
  set_fluency(r.measured.back(), 1);
  r.fluency = FluencyResult{{"fluency reader", "fluency", ScorerRole::other_kind, "reader"},
                            {seen_fluency("image", why_not), seen_fluency("template", why_not)}};
  return r;
}

const VerdictPart* part_named(const Results& results, const std::string& name) {
  for (const VerdictPart& part : results.primary.parts)
    if (part.name == name) return &part;
  return nullptr;
}

}  // namespace

TEST_CASE("fluency is counted from a list of words, and held against the sampled teacher") {
  const Results r = compared(written(2));
  const FluencyRatio& ratio = *r.row("student-top").fluency;
  CHECK(ratio.reference == "teacher-sampled");
  CHECK(ratio.mean.value == Approx(2).margin(0.05));
  CHECK(ratio.value.value == Approx(0.5).margin(0.05));
  CHECK(ratio.at.front().verdict == Verdict::fail);
  CHECK(r.row("teacher-sampled").fluency->value.value == Approx(1));
  CHECK(r.row(word_list_row).fluency->value.value == Approx(0).margin(1e-9));
}

TEST_CASE("a relevant student that is no language fails, and one that is may pass beside a list of words") {
  const Results bad = compared(written(2)), good = compared(written(3.1));
  REQUIRE(part_named(bad, "fluency") != nullptr);
  CHECK(part_named(bad, "fluency")->judgement.verdict == Verdict::fail);
  CHECK(bad.primary.verdict == Verdict::fail);
  CHECK(good.primary.withheld_because.empty());
  CHECK(good.primary.verdict == Verdict::pass);
}

TEST_CASE("where nobody's word on fluency counts, a list of words that is relevant keeps the verdict back") {
  for (const bool is_read : {true, false}) {
    Results r = written(3.1, "it sees nothing");
    if (!is_read) r.fluency.reset();
    r = compared(std::move(r));
    CHECK(part_named(r, "fluency") == nullptr);
    CHECK(r.primary.verdict == Verdict::withheld);
    REQUIRE(r.primary.withheld_because.size() == 1);
    CHECK(r.primary.withheld_because.front().find("keyword list") != std::string::npos);
    CHECK(std::any_of(r.primary.caveats.begin(), r.primary.caveats.end(), [](const std::string& caveat) {
      return caveat.find("does not ask whether answers are well written") != std::string::npos;
    }));
  }
}

TEST_CASE("a list of words passes no comparison, be it a control or a student") {
  const auto verdict = [](const Results& r, const std::string& row) {
    return r.row(row).scored[1].ratio_to("teacher-greedy")->verdict();
  };
  CHECK(verdict(compared(written(3.1)), "student-top") == Verdict::pass);
  CHECK(verdict(compared(written(1)), "student-top") == Verdict::withheld);
  CHECK(verdict(compared(written(3.1)), word_list_row) == Verdict::withheld);
}

TEST_CASE("where no list of words is a valid answer, words in any order are the zero") {
  Results r = written(3.1);
  break_rule(r.measured.back(), "no JSON");
  for (Measured& m : r.measured.back().answers) m.fluency.reset();
  r = compared(std::move(r));
  CHECK(r.fluency->precision.answers > 0);
  CHECK(r.fluency->precision.suffices());
  CHECK(part_named(r, "fluency")->judgement.verdict == Verdict::pass);
  CHECK(r.row("student-top").fluency->value.value == Approx(3.1 / 3).margin(0.05));
}

TEST_CASE("invalid answers are no language") {
  Results r = written(3);
  break_rule(r.measured[0], "too_short");
  for (Measured& m : r.measured[0].answers) m.fluency.reset();
  CHECK(compared(std::move(r)).row("student-top").fluency->value.value == Approx(0).margin(1e-9));
}

TEST_CASE("a reader that made the labels cannot judge") {
  Results r = written(3.1);
  r.fluency->info.role = ScorerRole::label;
  CHECK(part_named(compared(std::move(r)), "fluency") == nullptr);
}
