// The order in which a scorer reads.
#include "score_rows.hpp"

#include <utility>

namespace udrl::eval {
namespace {

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

}  // namespace

void score_rows(std::vector<MeasuredRow>& rows, const CaseSet& set, const RelevanceScorer& scorer,
                const ScorePlace& place, Observer& observer) {
  ScoreCache cache(place.folder, scorer.info(), place.task_hashes);
  const std::vector<Place> places = scoring_order(set, rows.size());
  std::vector<score::Candidate> answers;
  for (const auto& [row, i] : places) {
    const Case& c = set.cases[i];
    answers.push_back({c.intent.intent, rows[row].answers[i].answer.text, c.task});
  }
  Progress progress{"score", "answers", 0, answers.size(), 0, scorer.info().name};
  const auto values = cache.score(scorer, answers, [&, first = true](std::size_t done) mutable {
    if (std::exchange(first, false)) progress.resumed = done;
    progress.done = done;
    observer.progress(progress);
  });
  for (std::size_t n = 0; n < places.size(); ++n)
    rows[places[n].row].answers[places[n].answer].relevance.push_back(values[n]);
}

}  // namespace udrl::eval
