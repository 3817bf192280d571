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

TEST_CASE("where a critic chooses, the valid answer that is worth most is taken, and no scorer is needed") {
  const CaseSet set = case_set(4, 1);
  Row best = row("student-best-of-3", RowKind::student);
  best.rank_by = inference::RankBy::critic;
  std::vector<MeasuredRow> draws;
  for (const double worth : {-0.5, 1.5, 0.5}) {
    draws.push_back(measured_row(set, best, 0.5));
    for (Measured& m : draws.back().answers) {
      m.answer.text = "worth " + std::to_string(worth).substr(0, 4);
      m.answer.worth = worth;
      m.relevance.clear();
    }
  }
  for (MeasuredRow& draw : draws) draw.answers[0].broken_rule = "repeats";
  draws[1].answers[1].broken_rule = "repeats";
  const auto chosen = best_answers(draws, set, nullptr);
  CHECK(chosen[0].worth == 1.5);
  CHECK(chosen[1].worth == 0.5);
  CHECK(chosen[2].worth == 1.5);
}

TEST_CASE("where critic and embedder choose, fit and worth are added up") {
  const CaseSet set = case_set(4, 1);
  Row best = row("student-best-of-3", RowKind::student);
  best.rank_by = inference::RankBy::both;
  const auto chosen = [&](const std::vector<double>& worths) {
    std::vector<MeasuredRow> draws;
    for (std::size_t k = 0; k < worths.size(); ++k) {
      draws.push_back(measured_row(set, best, 0.5));
      for (Measured& m : draws.back().answers) {
        m.answer.text = "answer " + std::to_string(k);
        m.answer.worth = worths[k];
        m.relevance.front() = {0.5, 0.1 * static_cast<double>(k)};
      }
    }
    return best_answers(draws, set, nullptr).front().text;
  };
  CHECK(chosen({0, 0, 0}) == "answer 2");
  CHECK(chosen({0.2, 0.1, 0}) == "answer 2");  // so little does not outweigh the fit
  CHECK(chosen({9, 0, 0}) == "answer 0");
}

TEST_CASE("what was given up is not chosen, however well it began") {
  const CaseSet set = case_set(4, 1);
  Row best = row("student-best-of-2", RowKind::student);
  best.rank_by = inference::RankBy::critic;
  std::vector<MeasuredRow> draws;
  for (const bool given_up : {true, false}) {
    draws.push_back(measured_row(set, best, 0.5));
    for (Measured& m : draws.back().answers) {
      m.answer.worth = given_up ? 2 : -2;
      m.answer.finish = given_up ? "cancelled" : "length";
      m.broken_rule = "unfinished";
    }
  }
  for (const SystemAnswer& chosen : best_answers(draws, set, nullptr)) CHECK(chosen.finish == "length");
}
