// Controls beside the systems, then one scorer after the other.
#include "measuring.hpp"

#include <algorithm>
#include <utility>

#include "measure/best_of.hpp"
#include "measure/gate_cache.hpp"
#include "measure/score_rows.hpp"
#include "measure/scoring.hpp"
#include "measure/steering.hpp"
#include "stats/diversity_ratio.hpp"
#include "systems/controls.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/score/diversity.hpp"

namespace udrl::eval {
namespace {

constexpr int gate_resamples = 1000;

/// A row and its answers, one a case.
using Answered = std::pair<Row, std::vector<SystemAnswer>>;

/// What all steps need.
struct Work {
  const EvalInputs& p;
  const EvalOptions& options;
  const OpenScorers& scorers;
  Observer& observer;
};

/// The scorer's folder of values.
std::filesystem::path folder_of(const ScorerInfo& scorer, const EvalOptions& options) {
  return options.out / "scores" / scorer.folder();
}

ScorePlace place_of(const ScorerInfo& scorer, const Work& work) {
  return {folder_of(scorer, work.options), work.p.task_hashes};
}

void score(std::vector<MeasuredRow>& rows, const RelevanceScorer& scorer, const Work& work) {
  score_rows(rows, work.p.set, scorer, place_of(scorer.info(), work), work.observer);
}

std::vector<SystemAnswer> best_of_draws(const Row& row, const Asking& asking, const Work& work) {
  std::vector<MeasuredRow> draws;
  for (const Row& draw : asked_rows(row))
    draws.push_back({draw, measure_texts(asking.answers(draw), work.p.set.cases, work.p.tasks)});
  if (!row.reads_embedder()) return best_answers(draws, work.p.set, nullptr);
  score(draws, work.scorers.all().front(), work);  // the embedder's
  const auto rough = inference::rough_vectors(work.options.scorers.embedder, draws.size());
  return best_answers(draws, work.p.set, rough.get());
}

std::vector<Answered> all_answers(const Asking& asking, const Work& work) {
  const EvalInputs& p = work.p;
  std::vector<Answered> rows;
  for (const System& system : p.systems)
    for (const Row& row : system.rows)
      rows.emplace_back(row, row.best_of > 1 ? best_of_draws(row, asking, work) : asking.answers(row));
  const std::string source = shuffled_source(p.systems);
  const auto shuffled_from =
      std::find_if(rows.begin(), rows.end(), [&](const Answered& r) { return r.first.name == source; })->second;
  const LookUp look_up(p.set, p.training, work.scorers.embedder());
  for (const Row& row : control_rows()) {
    if (row.name == shuffled_row) rows.emplace_back(row, shuffled_answers(shuffled_from, p.set, work.options.seed));
    else if (row.name == bare_intent_row) rows.emplace_back(row, bare_intent_answers(p.set));
    else if (row.name == frame_row) rows.emplace_back(row, frame_answers(p.set, p.training));
    else if (row.name == intent_frame_row) rows.emplace_back(row, intent_frame_answers(p.set, p.training));
    else if (row.name == intent_tail_row) rows.emplace_back(row, intent_tail_answers(p.set, p.training));
    else if (row.name == nearest_row) rows.emplace_back(row, nearest_answers(p.set, look_up));
    else rows.emplace_back(row, word_list_answers(p.set, look_up));
  }
  return rows;
}

/// How far the answers of the main part are from each other, and those of half samples of the subjects: their first
/// words, as for the other figures of variety.
void measure_spread(MeasuredRow& row, const std::vector<std::vector<bool>>& samples, const Work& work) {
  std::vector<std::string> texts;
  std::vector<std::size_t> cases;
  for (std::size_t i = 0; i < row.answers.size(); ++i) {
    if (work.p.set.cases[i].part != 0) continue;
    std::string cut = score::cut_to_words(row.answers[i].answer.text, work.options.verdict.diversity_words);
    if (cut.empty()) continue;
    texts.push_back(std::move(cut));
    cases.push_back(i);
  }
  const std::vector<score::Vector> vectors = work.scorers.embedder().embed(texts);
  row.spread = score::embedding_spread(vectors);
  for (const std::vector<bool>& chosen : samples) {
    std::vector<score::Vector> half;
    for (std::size_t k = 0; k < vectors.size(); ++k)
      if (chosen[cases[k]]) half.push_back(vectors[k]);
    row.half_spreads.push_back(score::embedding_spread(half));
  }
}

/// A student saw its own data; models and controls are held against all of it.
bool concerns(const std::filesystem::path& tagged, const Row& row, const EvalInputs& p) {
  const auto is_own = [&](const System& system) { return system.name == row.system && system.is_student; };
  const auto student = std::find_if(p.systems.begin(), p.systems.end(), is_own);
  return student == p.systems.end() || student->tagged == tagged;
}

/// Measured as texts, and against the training data.
std::vector<MeasuredRow> measure_rows(const std::vector<Answered>& rows, const Work& work) {
  std::vector<MeasuredRow> measured;
  std::vector<std::vector<std::string>> texts;
  const auto samples = half_samples(work.p.set, work.options.seed);
  for (const auto& [row, answers] : rows) {
    measured.push_back({row, measure_texts(answers, work.p.set.cases, work.p.tasks)});
    if (row.replicate_of.empty()) measure_spread(measured.back(), samples, work);
    texts.emplace_back();
    for (const SystemAnswer& answer : answers) texts.back().push_back(answer.text);
  }
  for (const auto& tagged : work.p.tagged) {
    const auto near = near_training(tagged / "train", work.p.set, texts, work.observer);
    for (std::size_t r = 0; r < measured.size(); ++r) {
      if (!concerns(tagged, measured[r].row, work.p)) continue;
      for (std::size_t i = 0; i < near[r].size(); ++i)
        if (near[r][i]) measured[r].answers[i].near_training = true;
    }
  }
  return measured;
}

/// Those who answered as the reference's model did: it first, then where that is not enough its other rows.
std::vector<const MeasuredRow*> rows_of_reference(const Results& results, const MeasuredRow& reference) {
  std::vector<const MeasuredRow*> rows{&reference};
  for (const MeasuredRow& row : results.measured)
    if (&row != &reference && row.row.system == reference.row.system && row.row.replicate_of.empty())
      rows.push_back(&row);
  return rows;
}

/// The teacher's valid answers of the main part, some of each task, each with what the content-free controls say there.
score::GateAnswers gate_answers(const EvalInputs& p, const Results& results, const MeasuredRow& reference,
                                int at_most) {
  const MeasuredRow &frame = results.answers(intent_frame_row), &tail = results.answers(intent_tail_row);
  score::GateAnswers out{{}, p.set.tasks, p.set.main().subjects.size()};
  std::vector<int> taken(p.set.tasks.size(), 0);
  for (const MeasuredRow* row : rows_of_reference(results, reference))
    for (std::size_t i = 0; i < row->answers.size(); ++i) {
      const Case& c = p.set.cases[i];
      if (c.part != 0 || !row->answers[i].valid() || taken[c.task_index]++ >= at_most) continue;
      out.answers.push_back({c.intent,
                             row->answers[i].answer.text,
                             c.task_index,
                             c.cluster,
                             {frame.answers[i].answer.text, tail.answers[i].answer.text}});
    }
  return out;
}

/// Adds a scorer with what it makes of the reference's answers.
void examine(const RelevanceScorer& scorer, const score::GateAnswers& answers, Results& results, const Work& work) {
  const auto folder = folder_of(scorer.info(), work.options);
  const auto gates =
      cached_gates(folder / "gates.json", scorer, answers, {{}, gate_resamples, work.options.seed}, work.observer);
  ScorerResult& result = results.scorers.emplace_back();
  result.info = scorer.info();
  result.raw = gates[0], result.masked = gates[1];
  result.damage =
      cached_damage(folder / "damage.json", scorer, answers, {gate_resamples, work.options.seed}, work.observer);
}

/// Whether the answers are language, and whether who says so sees damage.
FluencyResult fluency(std::vector<MeasuredRow>& rows, const FluencyReader& reader, const score::GateAnswers& probes,
                      const Work& work) {
  FluencyCache cache(reader, place_of(reader.info(), work), work.observer);
  read_fluency(rows, work.p.set, cache);
  const auto read = [&](std::span<const score::Candidate> texts) { return cache.read(texts); };
  return {reader.info(), score::measure_fluency_damage(probes, {gate_resamples, work.options.seed}, read), {}, {}};
}

}  // namespace

void measure_all(Results& results, const EvalInputs& p, const Asking& asking, const EvalOptions& options,
                 Observer& observer) {
  const OpenScorers scorers(options.scorers, options.test.tasks_folder, p.labels, {&observer, options.out});
  const Work work{p, options, scorers, observer};
  results.measured = measure_rows(all_answers(asking, work), work);
  const score::GateAnswers probes =
      gate_answers(p, results, results.answers(p.reference), options.scorers.gate_answers);
  for (const RelevanceScorer& scorer : scorers.all()) {
    score(results.measured, scorer, work);
    examine(scorer, probes, results, work);
  }
  if (scorers.fluency()) results.fluency = fluency(results.measured, *scorers.fluency(), probes, work);
  std::vector<std::filesystem::path> splits;
  for (const Part& part : p.set.parts) splits.push_back(options.systems.tagged / part.name);
  results.return_steering.bins = p.fitted.bins;
  results.return_steering.why_not =
      add_achieved(results.measured, p.set, p.fitted, scorers.infos_for(p.main_labels), splits);
}

}  // namespace udrl::eval
