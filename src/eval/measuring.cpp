// Arms beside the systems, then one scorer after the other.
#include "measuring.hpp"

#include <algorithm>
#include <utility>

#include "gate_cache.hpp"
#include "udrl/eval/arms.hpp"
#include "udrl/eval/control.hpp"
#include "udrl/eval/scorers.hpp"

namespace udrl::eval {
namespace {

constexpr int gate_resamples = 1000;

/// A row and its answers, one a case.
using Answered = std::pair<Row, std::vector<Answer>>;

std::vector<Answered> all_answers(const Prepared& p, const Asking& asking, lm::LanguageModel& embedder,
                                  std::uint64_t seed) {
  std::vector<Answered> rows;
  for (const System& system : p.systems)
    for (const Row& row : system.rows) rows.emplace_back(row, asking.answers(row));
  const std::string source = shuffled_source(p.systems);
  const auto shuffled_from =
      std::find_if(rows.begin(), rows.end(), [&](const Answered& r) { return r.first.name == source; })->second;
  for (const Row& row : arm_rows()) {
    if (row.name == shuffled_row) rows.emplace_back(row, shuffled_answers(shuffled_from, p.set, seed));
    else if (row.name == bare_intent_row) rows.emplace_back(row, bare_intent_answers(p.set));
    else if (row.name == frame_row) rows.emplace_back(row, frame_answers(p.set, p.training));
    else rows.emplace_back(row, nearest_answers(p.set, p.training, embedder));
  }
  return rows;
}

/// Measured as texts, and against the training data.
std::vector<MeasuredRow> measure_rows(const Prepared& p, const std::vector<Answered>& rows, const EvalOptions& options,
                                      Observer& observer) {
  std::vector<MeasuredRow> measured;
  std::vector<std::vector<std::string>> texts;
  for (const auto& [row, answers] : rows) {
    measured.push_back({row, measure_texts(answers, p.set.cases, p.tasks)});
    texts.emplace_back();
    for (const Answer& answer : answers) texts.back().push_back(answer.text);
  }
  const auto near = near_training(options.tagged / "train", p.set, texts, observer);
  for (std::size_t r = 0; r < measured.size(); ++r)
    for (std::size_t i = 0; i < near[r].size(); ++i) measured[r].answers[i].near_training = near[r][i];
  return measured;
}

/// The reference's valid answers of the headline's part, some of each task.
score::GateAnswers gate_answers(const Prepared& p, const MeasuredRow& reference, int at_most) {
  score::GateAnswers out{{}, p.set.tasks, p.set.main().subjects.size()};
  std::vector<int> taken(p.set.tasks.size(), 0);
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    const Case& c = p.set.cases[i];
    if (c.part != 0 || !reference.answers[i].valid() || taken[c.task_index]++ >= at_most) continue;
    out.answers.push_back({c.intent, reference.answers[i].answer.text, c.task_index, c.cluster});
  }
  return out;
}

struct Place {
  std::size_t row, answer;
};

/// Task by task, and all rows' answers to a case one after another: what a scorer reads for all of them it reads once.
std::vector<Place> scoring_order(const CaseSet& set, std::size_t rows) {
  std::vector<Place> places;
  for (std::size_t task = 0; task < set.tasks.size(); ++task)
    for (std::size_t i = 0; i < set.cases.size(); ++i)
      for (std::size_t row = 0; row < rows && set.cases[i].task_index == task; ++row) places.push_back({row, i});
  return places;
}

/// Adds what one scorer makes of every answer, and its gates.
void add_scorer(Results& results, const RelevanceScorer& scorer, const Prepared& p, const EvalOptions& options,
                Observer& observer) {
  const std::filesystem::path folder = options.out / "scores" / scorer.info().folder();
  ScoreCache cache(folder, scorer.info(), p.task_hashes());
  const std::vector<Place> places = scoring_order(p.set, results.measured.size());
  std::vector<score::Answer> answers;
  for (const auto& [row, i] : places)
    answers.push_back(
        {p.set.cases[i].intent.intent, results.measured[row].answers[i].answer.text, p.set.cases[i].task});
  Progress progress{"score", "answers", 0, answers.size(), 0, scorer.info().name};
  const auto values = cache.score(scorer, answers, [&, first = true](std::size_t done) mutable {
    if (std::exchange(first, false)) progress.resumed = done;
    progress.done = done;
    observer.progress(progress);
  });
  for (std::size_t n = 0; n < places.size(); ++n)
    results.measured[places[n].row].answers[places[n].answer].relevance.push_back(values[n]);
  const auto gates =
      cached_gates(folder / "gates.json", scorer, gate_answers(p, results.answers(p.reference), options.gate_answers),
                   {{}, gate_resamples, options.seed}, observer);
  results.scorers.push_back({scorer.info(), gates[0], gates[1], Verdict::withheld, {}});
}

}  // namespace

void measure_all(Results& results, const Prepared& p, const Asking& asking, const EvalOptions& options,
                 Observer& observer) {
  const OpenScorers scorers(options, read_labels(options.tagged));
  results.measured = measure_rows(p, all_answers(p, asking, scorers.embedder(), options.seed), options, observer);
  std::vector<ScorerInfo> infos;
  for (const RelevanceScorer& scorer : scorers.all()) {
    add_scorer(results, scorer, p, options, observer);
    infos.push_back(scorer.info());
  }
  std::vector<std::filesystem::path> splits;
  for (const Part& part : p.set.parts) splits.push_back(options.tagged / part.name);
  results.return_control.bins = p.fitted.bins;
  results.return_control.why_not = add_achieved(results.measured, p.set, p.fitted, infos, splits);
}

}  // namespace udrl::eval
