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

/// Tells the observer how many are done.
std::function<void(std::size_t)> shown_as(const std::string& scorer, std::size_t answers, Observer& observer) {
  Progress progress{"score", "answers", 0, answers, 0, scorer};
  return [progress, first = true, &observer](std::size_t done) mutable {
    if (std::exchange(first, false)) progress.resumed = done;
    progress.done = done;
    observer.progress(progress);
  };
}

}  // namespace

void score_rows(std::vector<MeasuredRow>& rows, const CaseSet& set, const RelevanceScorer& scorer,
                const ScorePlace& place, Observer& observer) {
  ValueCache cache(place.folder, scorer.info(), place.task_hashes, {"raw", "masked"});
  const std::vector<Place> places = scoring_order(set, rows.size());
  std::vector<score::Candidate> answers;
  for (const auto& [row, i] : places) {
    const Case& c = set.cases[i];
    answers.push_back({c.intent.intent, rows[row].answers[i].answer.text, c.task});
  }
  const auto score = [&](std::span<const score::Candidate> texts) {
    std::vector<TextValues> values;
    for (const Relevance& relevance : scorer.score(texts)) values.push_back({relevance.raw, relevance.masked});
    return values;
  };
  const auto values = cache.score(answers, score, shown_as(scorer.info().name, answers.size(), observer));
  for (std::size_t n = 0; n < places.size(); ++n)
    rows[places[n].row].answers[places[n].answer].relevance.push_back({values[n][0], values[n][1]});
}

void read_fluency(std::vector<MeasuredRow>& rows, const CaseSet& set, FluencyCache& cache) {
  std::vector<Place> places;
  std::vector<score::Candidate> answers;
  for (const Place& place : scoring_order(set, rows.size())) {
    const Case& c = set.cases[place.answer];
    const Measured& m = rows[place.row].answers[place.answer];
    if (c.part != 0 || !m.valid()) continue;
    places.push_back(place);
    answers.push_back({c.intent.intent, m.answer.text, c.task});
  }
  const std::vector<double> values = cache.read(answers);
  for (std::size_t n = 0; n < places.size(); ++n) rows[places[n].row].answers[places[n].answer].fluency = values[n];
}

FluencyCache::FluencyCache(const FluencyReader& reader, const ScorePlace& place, Observer& observer)
    : reader_(reader),
      cache_(place.folder, reader.info(), place.task_hashes, {reader.info().value}),
      observer_(observer) {}

std::vector<double> FluencyCache::read(std::span<const score::Candidate> answers) {
  const auto score = [&](std::span<const score::Candidate> texts) {
    std::vector<TextValues> values;
    for (const double value : reader_.read(texts)) values.push_back({value});
    return values;
  };
  const auto shown = shown_as("fluency, " + reader_.info().name, answers.size(), observer_);
  std::vector<double> out;
  for (const TextValues& values : cache_.score(answers, score, shown)) out.push_back(values.front());
  return out;
}

}  // namespace udrl::eval
