// The judge: replies read, both orders, validity, length control, and that nothing is asked twice.
#include "stats/pairwise.hpp"

#include <cmath>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "lm/fake_model.hpp"
#include "run/judging.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;
using lm::testing::FakeModel;

namespace {

std::vector<DuelCase> cases(int n, const std::function<double(int)>& score, const std::function<int(int)>& longer) {
  std::vector<DuelCase> out;
  for (int i = 0; i < n; ++i)
    out.push_back({static_cast<std::size_t>(i / 2), score(i), true, true, false, 20 + longer(i), 20});
  return out;
}

Duel duel(const std::vector<DuelCase>& cases) {
  return make_duel("a", "b", cases, score::draw_resamples(cases.size() / 2, 200, 1));
}

MeasuredRow answered(const CaseSet& set, const std::string& name, const std::string& text) {
  MeasuredRow out = measured_row(set, row(name, RowKind::model), 0.5);
  for (Measured& m : out.answers) m.answer.text = text;
  return out;
}

}  // namespace

TEST_CASE("a reply's first word, or a plain phrase, is the preference") {
  CHECK(preference_in("A") == Preference::first);
  CHECK(preference_in("**B**, because") == Preference::second);
  CHECK(preference_in("Answer B is better") == Preference::second);
  CHECK(preference_in("C.") == Preference::tie);
  CHECK(preference_in("tie") == Preference::tie);
  CHECK(preference_in("Both are fine") == Preference::tie);
  CHECK(preference_in("Well, hard to say: A?") == Preference::unparsed);
  CHECK(preference_in("") == Preference::unparsed);
}

TEST_CASE("an answer wins only if both orders say so; a preference for a place is a flip and a tie") {
  const CaseSet set = case_set(2, 1);
  auto questions = duel_questions(answered(set, "a", "one"), answered(set, "b", "two"), set, {"r1", "r2"}, 100);
  REQUIRE(questions.pairs.size() == 8);
  CHECK(questions.pairs[0].first == "one");
  CHECK(questions.pairs[1].first == "two");
  CHECK(questions.pairs[2].rubric == "r2");
  using enum Preference;
  decide_cases(questions, std::vector<Preference>{first, second, first, first, tie, second, unparsed, first});
  CHECK(questions.cases[0].score == 1);
  CHECK(questions.cases[1].score == 0.5);
  CHECK(questions.cases[1].flipped);
  CHECK(questions.cases[2].score == 0.75);
  CHECK_FALSE(questions.cases[3].parsed);
  CHECK(questions.cases[3].score == 0.5);
}

TEST_CASE("an answer that is not valid loses without being asked about") {
  const CaseSet set = case_set(2, 1);
  MeasuredRow broken = answered(set, "a", "one");
  broken.answers[0].broken_rule = "echo";
  const auto questions = duel_questions(broken, answered(set, "b", "two"), set, {"r", "r"}, 100);
  CHECK(questions.cases[0].score == 0);
  CHECK_FALSE(questions.cases[0].asked);
  CHECK(questions.pairs.size() == 6);
}

TEST_CASE("what only length won is taken away by length control") {
  const auto longer = [](int i) { return i % 2 ? 8 : -8; };
  const Duel by_length = duel(cases(
      200, [](int i) { return i % 2 ? 1.0 : 0.0; }, longer));
  CHECK(by_length.agrees_with_longer == 1);
  CHECK(by_length.longer_rate == Approx(0.5));
  const Duel always_longer = duel(cases(
      200, [](int i) { return i % 4 ? 1.0 : 0.0; }, [](int i) { return i % 4 ? 8 : -8; }));
  CHECK(always_longer.win_rate.value == Approx(0.75));
  CHECK(always_longer.length_controlled.value < 0.65);
}

TEST_CASE("at equal length the win rate is midway, in logits, between that of longer and of shorter answers") {
  // Of 100 longer answers 90 win, of 100 shorter ones 60: (logit 0.9 + logit 0.6) / 2 = logit 0.786.
  const auto longer = [](int i) { return i < 100 ? 8 : -8; };
  const Duel d = duel(cases(
      200, [](int i) { return i < 90 || (i >= 100 && i < 160) ? 1.0 : 0.0; }, longer));
  CHECK(d.win_rate.value == Approx(0.75));
  CHECK(d.length_controlled.value == Approx(0.786).margin(0.002));
  CHECK(d.length_controlled.low < 0.786);
  CHECK(d.length_controlled.high > 0.786);
}

TEST_CASE("replies are kept, and those of another model refused") {
  TempFolder folder;
  FakeModel model;
  model.answer = [](const lm::Request& r) {
    return r.prompt.back().text.find("Answer A: good") != std::string::npos ? "A" : "B";
  };
  const std::vector<Pair> pairs = {{"rubric", "tea", "good", "bad"}, {"rubric", "tea", "bad", "good"}};
  const auto ignore = [](std::size_t) {};
  using enum Preference;
  CHECK(PairJudge(model, "m1", folder.path() / "j").ask(pairs, ignore) == std::vector<Preference>{first, second});
  CHECK(model.asked.size() == 2);
  CHECK(PairJudge(model, "m1", folder.path() / "j").ask(pairs, ignore) == std::vector<Preference>{first, second});
  CHECK(model.asked.size() == 2);
  CHECK_THROWS_AS(PairJudge(model, "m2", folder.path() / "j"), Error);
}

TEST_CASE("a reply that an endpoint failed is no tie, but none, and is asked for again") {
  TempFolder folder;
  FakeModel model;
  model.change = [](const lm::Request&, lm::Completion& c) {
    c.finish = lm::Finish::error, c.cause = "status 500", c.text = "out of memory";
  };
  const std::vector<Pair> pairs = {{"rubric", "tea", "good", "bad"}};
  const auto ignore = [](std::size_t) {};
  {
    PairJudge judge(model, "m1", folder.path() / "j");
    CHECK(judge.ask(pairs, ignore) == std::vector<Preference>{Preference::failed});
    REQUIRE(judge.failures().size() == 1);
    CHECK(judge.failures()[0].words == "out of memory");
  }
  FakeModel good;
  good.answer = [](const lm::Request&) { return "A"; };
  CHECK(PairJudge(good, "m1", folder.path() / "j").ask(pairs, ignore) == std::vector<Preference>{Preference::first});

  std::vector<DuelCase> won = cases(
      20, [](int) { return 1.0; }, [](int) { return 0; });
  for (std::size_t i = 0; i < 6; ++i) won[i].score = 0.5, won[i].failed = true;
  const Duel d = duel(won);
  CHECK(d.failed == 6);
  CHECK(d.cases == 14);
  CHECK(d.win_rate.value == 1);
}
