// What an answer is worth.
#include "measure/measure.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

CaseSet one_case(const std::string& text) {
  CaseSet set = case_set(1, 1);
  set.cases.resize(1);
  set.cases[0].intent.intent = text;
  return set;
}

Measured measured(const std::string& intent, const SystemAnswer& answer) {
  const CaseSet set = one_case(intent);
  std::vector<task::Task> tasks(1);
  tasks[0].min_words = 2;
  return measure_texts({answer}, set.cases, tasks).front();
}

std::vector<Measured> asked_and_got(const std::vector<std::pair<int, int>>& pairs) {
  std::vector<Measured> out;
  for (const auto& [asked, got] : pairs) {
    Measured m;
    m.answer.asked_words = asked;
    m.words = got;
    out.push_back(m);
  }
  return out;
}

}  // namespace

TEST_CASE("copying is counted by content words, and by the longest run") {
  const Measured m = measured("holiday sale", {"A holiday sale with a holiday mood", "stop", 9, {}, {}});
  CHECK(m.valid());
  CHECK(m.copying == Approx(1.0));
  CHECK(m.copy_run == 2);
  CHECK(m.words == 7);
}

TEST_CASE("a cut answer, an empty one and markup are not valid") {
  CHECK(measured("holiday sale", {"A long answer that was", "length", 9, {}, {}}).broken_rule == "unfinished");
  CHECK(measured("holiday sale", {"", "stop", 1, {}, {}}).broken_rule == "empty");
  CHECK(measured("holiday sale", {"A **bold** answer to this", "stop", 9, {}, {}}).broken_rule == "markup");
}

TEST_CASE("fidelity counts from the valid shuffled answers, task by task") {
  const CaseSet set = case_set(2, 1);  // image, template, image, template
  std::vector<MeasuredRow> rows{measured_row(set, row(shuffled_row, RowKind::control), 0)};
  const double values[] = {0.1, 0.4, 0.3, 0.9};
  for (std::size_t i = 0; i < 4; ++i) rows[0].answers[i].relevance[1] = {values[i], -values[i]};
  rows[0].answers[3].broken_rule = "list";
  const Zeros zeros = zeros_of(rows, set, 1);
  CHECK(zeros.means[Half::fidelity][0][0] == Approx(0.2));
  CHECK(zeros.means[Half::fidelity][0][1] == Approx(0.4));
  CHECK(half_values(rows[0], set, 1, Half::fidelity, zeros)[3] == Approx(0.4));
  CHECK(half_values(rows[0], set, 1, Half::fidelity, zeros)[2] == Approx(0.3));
  CHECK(zeros.means[Half::elaboration][0][0] == Approx(-0.2));  // no content-free control was made
}

TEST_CASE("elaboration counts from the content-free control that scores best, task by task") {
  const CaseSet set = case_set(2, 1);
  std::vector<MeasuredRow> rows;
  for (const char* name : {shuffled_row, intent_frame_row, intent_tail_row})
    rows.push_back(measured_row(set, row(name, RowKind::control), 0));
  for (std::size_t i = 0; i < 4; ++i) {
    const bool image = set.cases[i].task == "image";
    rows[0].answers[i].relevance[1].masked = -1;
    rows[1].answers[i].relevance[1].masked = image ? 0.3 : 0.1;
    rows[2].answers[i].relevance[1].masked = image ? 0.2 : 0.4;
    if (!image) rows[2].answers[i].broken_rule = i == 1 ? "" : "schema";
  }
  const Zeros zeros = zeros_of(rows, set, 1);
  CHECK(zeros.means[Half::elaboration][0][0] == Approx(0.3));
  CHECK(zeros.means[Half::elaboration][0][1] == Approx(0.4));
  CHECK(zero_values(set, 1, Half::elaboration, zeros)[0] == Approx(0.3));
  CHECK(zero_values(set, 1, Half::elaboration, zeros)[3] == Approx(0.4));  // not valid there: its mean
}

TEST_CASE("words asked against got") {
  const WordSteering w = word_steering(asked_and_got({{10, 10}, {12, 14}, {20, 15}, {30, 30}}));
  CHECK(w.answers == 4);
  CHECK(w.mean_absolute_error == Approx(7.0 / 4));
  CHECK(w.exact == Approx(0.5));
  CHECK(w.within_two == Approx(0.75));
  CHECK(w.rank_correlation == Approx(1.0));
}

TEST_CASE("rows that nothing was asked of have no word steering") {
  std::vector<Measured> answers(3);
  CHECK(word_steering(answers).answers == 0);
}

TEST_CASE("variety is counted over the same number of words") {
  std::vector<Measured> answers(2);
  answers[0].answer.text = "a red fox runs far away from here";
  answers[1].answer.text = "a red fox sits";
  CHECK(diversity(answers, 4).distinct_1 == Approx(5.0 / 8));
  CHECK(diversity(answers, 4).distinct_2 == Approx(4.0 / 6));
}

TEST_CASE("shares of broken rules") {
  std::vector<Measured> answers(4);
  answers[1].broken_rule = answers[2].broken_rule = "list";
  CHECK(broken_rules(answers) == std::map<std::string, double>{{"list", 0.5}});
}
