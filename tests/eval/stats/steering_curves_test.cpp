// Planted commands come out: one that obeys, one that does not listen, and what moves along with it.
#include "stats/steering_curves.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

constexpr int bins = 5;

struct World {
  CaseSet set = case_set(40, 2);
  std::vector<ScorerInfo> scorers{{"pmi", "pmi", ScorerRole::other_kind, {}}};
  SteeringRows rows;

  SteeringInputs inputs() const { return {set, scorers, bins, 500, 1}; }

  /// Each answer to a case by `change`, of the row's number.
  template <class Change>
  MeasuredRow answered(int k, Change change) {
    MeasuredRow out{row("student-" + std::to_string(k), RowKind::student), {}};
    RandomStream random(7, "row " + std::to_string(k));
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      Measured m;
      m.answer.text = "answer " + std::to_string(random.below(1000)) + " to " + set.cases[i].intent.intent;
      m.relevance = {{0, 0}};
      m.words = 12;
      change(m, random, static_cast<double>(set.cases[i].cluster));
      out.answers.push_back(m);
    }
    return out;
  }
};

/// Returns obeyed by half, with two words more at the top; words overshot by two, and easy intents longer.
World planted() {
  World w;
  for (int bin = 0; bin < bins; ++bin)
    w.rows.returns.push_back(w.answered(bin, [&](Measured& m, RandomStream& random, double) {
      m.answer.asked_return = bin;
      m.achieved = 0.25 + 0.5 * (bin + 0.5) / bins + 0.02 * random.normal();
      m.words = 12 + bin / 2;
      m.relevance[0].masked = 0.1 * bin;
    }));
  for (int k = 0; k < 4; ++k)
    w.rows.lengths.push_back(w.answered(k, [&](Measured& m, RandomStream& random, double subject) {
      m.answer.asked_words = 8 + 4 * k;
      m.words = *m.answer.asked_words + 2 + static_cast<int>(subject) % 3 - 1;
      m.achieved = 0.5 + 0.02 * random.normal();
      if (k == 3) m.broken_rule = "too_long";
    }));
  return w;
}

const command::SteeringCurve& curve_of(const std::vector<command::SteeringCurve>& curves, const std::string& command,
                                       const std::string& measure, const std::string& task) {
  for (const auto& curve : curves)
    if (curve.command == command && curve.measure == measure && curve.task == task) return curve;
  throw failure("no such curve: " + command + ", " + measure);
}

const command::SideEffect& effect_of(const std::vector<command::SideEffect>& effects, const std::string& command,
                                     const std::string& measure) {
  for (const auto& effect : effects)
    if (effect.command == command && effect.measure == measure) return effect;
  throw failure("no such effect: " + command + ", " + measure);
}

}  // namespace

TEST_CASE("gain and offset of a return that is obeyed by half") {
  const World w = planted();
  const auto curve = curve_of(steering_curves(w.rows, w.inputs()), "return", "return", "");
  CHECK(curve.gain.value == Approx(0.5).margin(0.02));
  CHECK(curve.gain.low > 0.45);
  CHECK(curve.gain.high < 0.55);
  CHECK(curve.offset.value == Approx(0).margin(0.01));
  REQUIRE(curve.points.size() == bins);
  CHECK(curve.points.front().asked == Approx(0.1));
  CHECK(curve.points.back().got.value == Approx(0.7).margin(0.01));
  CHECK(curve.rank_correlation.low > 0.9);
}

TEST_CASE("words that are overshot have their offset, and how long an intent's answers are does not count") {
  const World w = planted();
  const auto curve = curve_of(steering_curves(w.rows, w.inputs()), "words", "words", "image");
  CHECK(curve.gain.value == Approx(1));
  CHECK(curve.offset.value == Approx(2).margin(0.1));
  CHECK(curve.points.size() == 4);
  CHECK(curve.points[1].asked == 12);
}

TEST_CASE("what else moves is told, with its interval") {
  const World w = planted();
  const auto effects = side_effects(w.rows, w.inputs());
  CHECK(effect_of(effects, "return", "words").change.value == Approx(2));
  CHECK(effect_of(effects, "words", "return").change.value == Approx(0).margin(0.01));
  CHECK(effect_of(effects, "words", "valid").change.value == Approx(-1));
  CHECK(effect_of(effects, "return", "copying").change.value == Approx(0));
  CHECK(effect_of(effects, "return", "distinct pairs of words, ratio").change.value == Approx(1).margin(0.05));
}

TEST_CASE("a scorer's halves are curves of the return, without an offset") {
  const World w = planted();
  const auto curves = steering_curves(w.rows, w.inputs());
  const auto& curve = curve_of(curves, "return", "elaboration by pmi", "");
  CHECK(curve.gain.value == Approx(0.5));  // 0.1 a bin, a fifth each
  CHECK_FALSE(std::isfinite(curve.offset.value));
}
