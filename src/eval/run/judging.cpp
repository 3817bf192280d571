// Both orders of every pair.
#include "judging.hpp"

#include "stats/pairwise.hpp"
#include "systems/controls.hpp"
#include "udrl/base/files.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t length_draws = 1000;  // each is a regression

/// 1: the row's answer won, when it stood first.
double value_of(Preference preference) {
  switch (preference) {
    case Preference::first: return 1;
    case Preference::second: return 0;
    case Preference::tie:
    case Preference::unparsed:
    case Preference::failed: break;
  }
  return 0.5;
}

}  // namespace

DuelQuestions duel_questions(const MeasuredRow& row, const MeasuredRow& other, const CaseSet& set,
                             const std::vector<std::string>& rubrics, std::size_t at_most) {
  DuelQuestions out;
  for (std::size_t i = 0; i < row.answers.size() && out.cases.size() < at_most; ++i) {
    const Measured &mine = row.answers[i], &theirs = other.answers[i];
    const Case& c = set.cases[i];
    if (c.part != 0) continue;
    DuelCase duel{c.cluster, 0.5, false, true, false, mine.words, theirs.words};
    if (mine.valid() != theirs.valid()) duel.score = mine.valid() ? 1 : 0;
    if (mine.valid() && theirs.valid()) {
      duel.asked = true;
      const std::string& rubric = rubrics[c.task_index];
      out.pairs.push_back({rubric, c.intent.intent, mine.answer.text, theirs.answer.text});
      out.pairs.push_back({rubric, c.intent.intent, theirs.answer.text, mine.answer.text});
      out.positions.push_back(out.cases.size());
    }
    out.cases.push_back(duel);
  }
  return out;
}

void decide_cases(DuelQuestions& questions, std::span<const Preference> replies) {
  for (std::size_t k = 0; k < questions.positions.size(); ++k) {
    DuelCase& duel = questions.cases[questions.positions[k]];
    const Preference one = replies[2 * k], two = replies[2 * k + 1];
    duel.failed = one == Preference::failed || two == Preference::failed;
    duel.parsed = one != Preference::unparsed && two != Preference::unparsed;
    if (duel.failed || !duel.parsed) continue;
    duel.score = (value_of(one) + 1 - value_of(two)) / 2;
    duel.flipped = one == two && one != Preference::tie;  // the same place, and so not the same answer
  }
}

void ask_judge(Results& results, const EvalInputs& p, const JudgeWork& work, Observer& observer) {
  if (!is_named(work.options.model)) return;
  const auto model = lm::open_model(work.options.model, {&observer, work.folder});
  const std::string identity = identity_of(work.options.model);
  PairJudge judge(*model, identity, work.folder / content_id({identity}).substr(0, 12));
  std::vector<std::string> rubrics;
  for (const auto& task : p.tasks) rubrics.push_back(task.rubric);
  const score::Resamples resamples = score::draw_resamples(p.set.main().subjects.size(), length_draws, work.seed);
  const auto duel = [&](const std::string& row, const std::string& other) {
    DuelQuestions questions = duel_questions(results.answers(row), results.answers(other), p.set, rubrics,
                                             static_cast<std::size_t>(work.options.cases));
    Progress progress{"judge", "pairs", 0, questions.pairs.size(), 0, row};
    const auto replies = judge.ask(questions.pairs, [&](std::size_t answered) {
      progress.done = answered;
      observer.progress(progress);
    });
    decide_cases(questions, replies);
    return make_duel(row, other, questions.cases, resamples);
  };
  const std::string name = work.options.model.name.empty() ? model->info().name : work.options.model.name;
  const std::string student = results.measured.front().row.name;
  results.judge = JudgeResult{name, identity, duel(p.reference, shuffled_row), duel(student, p.reference)};
  for (FailedRequests failed : judge.failures()) {
    failed.row = "the judge " + name;
    failed.of_judge = true;
    results.failures.push_back(std::move(failed));
  }
}

}  // namespace udrl::eval
