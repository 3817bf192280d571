// The order of an evaluation: prepare, ask what is not cached, measure, compare, ask the judge, write.
#include "udrl/eval/evaluate.hpp"

#include "judging.hpp"
#include "measure/scoring.hpp"
#include "measuring.hpp"
#include "report/report.hpp"
#include "stats/compare.hpp"
#include "systems/controls.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

Lineage lineage_of(const EvalInputs& p, const RunContext& context) {
  Lineage lineage;
  lineage.version = version();
  lineage.command_line = context.command_line;
  lineage.processor = processor_description();
  lineage.config = data::parse_json(context.config_json);
  lineage.hashes = p.hashes;
  lineage.test_openings = p.openings.times;
  lineage.test_students = p.openings.students;
  return lineage;
}

/// By scorer: what each answer counts with, in each half.
using Counted = std::vector<Halves<std::vector<double>>>;

Counted counted_values(const MeasuredRow& row, const CaseSet& set, const std::vector<Zeros>& zeros) {
  Counted values(zeros.size());
  for (std::size_t k = 0; k < zeros.size(); ++k)
    for (const Half half : halves) values[k][half] = half_values(row, set, k, half, zeros[k]);
  return values;
}

data::Json measured_line(const Results& results, const MeasuredRow& row, const Counted& counted, std::size_t i) {
  const Case& c = results.set.cases[i];
  const Measured& m = row.answers[i];
  data::Json json = to_json(m.answer, c);
  json["row"] = row.row.name;
  if (!row.row.replicate_of.empty()) json["replicate_of"] = row.row.replicate_of;
  json["part"] = results.set.parts[c.part].name;
  json["subject"] = data::subject_of(c.intent);
  json["broken_rule"] = m.broken_rule;
  for (std::size_t k = 0; k < results.scorers.size(); ++k)
    json["relevance"][results.scorers[k].info.name] = {{"raw", m.relevance[k].raw},
                                                       {"masked", m.relevance[k].masked},
                                                       {"fidelity", counted[k][Half::fidelity][i]},
                                                       {"elaboration", counted[k][Half::elaboration][i]}};
  if (m.fluency) json["fluency"] = *m.fluency;
  json["near_training"] = m.near_training;
  if (m.achieved) json["achieved_percentile"] = *m.achieved;
  json["copying"] = m.copying;
  json["words"] = m.words;
  return json;
}

void write_all(const Results& results, const EvalOptions& options) {
  std::vector<Zeros> zeros;
  for (std::size_t k = 0; k < results.scorers.size(); ++k) zeros.push_back(zeros_of(results.measured, results.set, k));
  write_file_atomic(options.out / "measured.jsonl", [&](std::ostream& out) {
    for (const MeasuredRow& row : results.measured) {
      const Counted counted = counted_values(row, results.set, zeros);
      for (std::size_t i = 0; i < row.answers.size(); ++i)
        out << data::json_line(measured_line(results, row, counted, i)) << "\n";
    }
  });
  data::write_json(options.out / "results.json", to_json(results));
  write_file_atomic(options.out / "results.md", to_markdown(results));
  write_file_atomic(options.out / "report.html", report_html(results, {static_cast<std::size_t>(options.shown)}));
}

std::string quick_caveat(const CaseSet& set) {
  return "a quick evaluation (" + std::to_string(set.main().intents) + " intents, tasks: " + listed(set.tasks) +
         "): what is INCONCLUSIVE here the whole one may decide (the same command without --quick)";
}

}  // namespace

void evaluate(const EvalOptions& asked, const RunContext& context,
              const std::function<void(const std::string& table)>& show) {
  const EvalOptions options = asked.quick ? quickened(asked) : asked;
  const HeldFolder out(options.out);
  EvalInputs prepared = prepare(options, context.observer);
  Asking asking(prepared, options, context);
  asking.run();
  prepared.set = asking.answered_cases();

  Results results;
  results.failures = asking.failures();
  results.set = prepared.set;
  results.costs = asking.costs();
  results.near_intents = prepared.training.near_intents;
  results.certificate =
      command::certificate_of(options.systems.student, prepared.hashes.at("model " + prepared.systems.front().name));
  measure_all(results, prepared, asking, options, context.observer);
  ask_judge(results, prepared, {options.judge, options.out / "judge", options.seed}, context.observer);
  results.lineage = lineage_of(prepared, context);
  for (const ScorerResult& scorer : results.scorers)
    results.lineage.hashes["scorer " + scorer.info.name] = scorer.info.model;
  if (results.fluency)
    results.lineage.hashes["reader of fluency, " + results.fluency->info.name] = results.fluency->info.model;
  for (const System& system : prepared.systems)
    if (system.replicate_of.empty()) results.system_order.push_back(system.name);
  compare(results, {static_cast<std::size_t>(options.verdict.resamples), options.seed, options.verdict.margin,
                    options.verdict.diversity_margin, options.verdict.diversity_words, prepared.reference,
                    shuffled_source(prepared.systems)});
  if (options.test.split == "valid")
    results.primary.caveats.emplace_back("validation split: choices are made on it, so this is no result");
  if (options.quick) results.primary.caveats.push_back(quick_caveat(results.set));
  write_all(results, options);
  show(to_terminal(results));
  require_answers(results);
}

}  // namespace udrl::eval
