// The order of an evaluation: prepare, ask what is not cached, measure, compare, write.
#include "udrl/eval/evaluate.hpp"

#include "judging.hpp"
#include "measuring.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/eval/compare.hpp"
#include "udrl/eval/report.hpp"
#include "udrl/eval/scorers.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

std::string hash_of(const distill::Task& task) {
  std::string text = task.name + "\n" + task.instructions;
  for (const int n : {task.max_tokens, task.min_words, task.max_words, task.subsets, task.shots})
    text.append("\n").append(std::to_string(n));
  for (const auto& example : task.examples) text.append("\n").append(example.id);
  text.append("\n").append(task.layout);
  return sha256(text);
}

std::vector<distill::Task> tasks_of(const EvalOptions& options, const command::Fitted& fitted) {
  std::vector<std::string> names = options.tasks;
  if (names.empty())
    for (const auto& task : fitted.tasks) names.push_back(task.name);
  return distill::load_tasks(options.tasks_folder, names);
}

void require_files(const EvalOptions& options, const std::vector<System>& systems) {
  const auto require = [](const fs::path& file, const std::string& what, const std::string& hint) {
    if (!fs::exists(file)) throw user_error(what + " is not there").at(file.string()).hint(hint);
  };
  require(options.student / "student.gguf", "the student", "name the folder that udrl-train has finished");
  require(options.student / "commands.json", "what the student can be asked",
          "name the folder that udrl-train has finished");
  std::vector<std::string> splits = options.parts;
  splits.insert(splits.begin(), {"train", options.split});
  for (const std::string& split : splits)
    require(options.tagged / split, "the " + split + " split", "name the folder that udrl-distill tag wrote");
  for (const System& system : systems)
    if (!system.model.gguf.empty())
      require(system.model.gguf, "the model of " + system.title,
              "run scripts/setup.sh, or correct [model] of its systems file");
}

/// Opens what will score at the end, so that a wrong model is said first.
void try_scorers(const EvalOptions& options) {
  const OpenScorers scorers(options, read_labels(options.tagged));
  const std::string task = distill::load_tasks(options.tasks_folder, options.tasks).front().name;
  const score::Answer any{"a", "a", task};
  for (const RelevanceScorer& scorer : scorers.all()) scorer.score({&any, 1});
  if (names_judge(options)) lm::open_model(options.judge);
}

/// All that is read of the labels and of what was seen is read from `tagged`.
void require_own_data(const EvalOptions& options) {
  if (!data::has_manifest(options.student)) return;
  const auto inputs = data::read_manifest(options.student).inputs;
  const auto trained_on = inputs.find("train");
  if (trained_on == inputs.end() || trained_on->second == data::hash_input(options.tagged / "train")) return;
  throw user_error("the student was trained on other data")
      .at(options.student.string())
      .expected("the tagged folder that its manifest.json names")
      .got(options.tagged.string())
      .hint("name the tagged data that it was trained on (--tagged)");
}

void add_cases(Prepared& p, const EvalOptions& options) {
  for (const auto& task : p.tasks) p.set.tasks.push_back(task.name);
  const auto add = [&](const std::string& split, int intents) {
    const CaseOptions choose{static_cast<std::size_t>(intents), options.seed};
    add_part(p.set, split, choose_intents(read_split_intents(options.tagged / split), choose), p.fitted, options.seed);
    p.hashes["split " + split] = data::hash_input(options.tagged / split);
  };
  add(options.split, options.intents);
  for (const std::string& part : options.parts) add(part, options.part_intents);
}

Prepared prepare(const EvalOptions& options, Observer& observer) {
  Prepared p;
  p.systems = load_systems(options);
  require_files(options, p.systems);
  require_own_data(options);
  try_scorers(options);
  p.reference = reference_row(p.systems, options.reference);
  p.fitted = command::load(options.student / "commands.json");
  p.tasks = tasks_of(options, p.fitted);
  add_cases(p, options);
  derangement(p.set, options.seed);  // refuses too few subjects before anything is asked
  p.training = read_training(options.tagged / "train", p.set, observer);
  for (const auto& task : p.tasks) p.hashes["task " + task.name] = hash_of(task);
  p.hashes["commands.json"] = sha256_file(options.student / "commands.json");
  if (data::has_manifest(options.tagged)) p.hashes["tagged manifest"] = sha256_file(options.tagged / "manifest.json");
  for (const System& system : p.systems) p.hashes["model " + system.name] = identity_of(system.model);
  for (const Part& part : p.set.parts)
    if (part.name.starts_with("test")) {
      const Openings openings =
          record_opening(options.tagged, p.hashes["model student"], p.hashes["split " + part.name]);
      if (openings.times > p.openings.times) p.openings = openings;
    }
  return p;
}

Lineage lineage_of(const Prepared& p, const RunContext& context) {
  Lineage lineage;
  lineage.version = version();
  lineage.command_line = context.command_line;
  lineage.processor = processor_description();
  lineage.config = data::Json::parse(context.config_json);
  lineage.hashes = p.hashes;
  lineage.test_openings = p.openings.times;
  lineage.test_students = p.openings.students;
  return lineage;
}

data::Json measured_line(const Results& results, const MeasuredRow& row, std::size_t i) {
  const Case& c = results.set.cases[i];
  const Measured& m = row.answers[i];
  data::Json json = to_json(m.answer, c);
  json["row"] = row.row.name;
  json["part"] = results.set.parts[c.part].name;
  json["subject"] = data::subject_of(c.intent);
  json["broken_rule"] = m.broken_rule;
  for (std::size_t k = 0; k < results.scorers.size(); ++k)
    json["relevance"][results.scorers[k].info.name] = {{"raw", m.relevance[k].raw}, {"masked", m.relevance[k].masked}};
  json["near_training"] = m.near_training;
  if (m.achieved) json["achieved_percentile"] = *m.achieved;
  json["copying"] = m.copying;
  json["words"] = m.words;
  return json;
}

void write_all(const Results& results, const EvalOptions& options) {
  write_file_atomic(options.out / "measured.jsonl", [&](std::ostream& out) {
    for (const MeasuredRow& row : results.measured)
      for (std::size_t i = 0; i < row.answers.size(); ++i) out << measured_line(results, row, i).dump() << "\n";
  });
  write_file_atomic(options.out / "results.json", to_json(results).dump(2) + "\n");
  write_file_atomic(options.out / "results.md", to_markdown(results));
  write_file_atomic(options.out / "report.html", report_html(results, {static_cast<std::size_t>(options.shown)}));
}

}  // namespace

std::map<std::string, std::string> Prepared::task_hashes() const {
  std::map<std::string, std::string> out;
  for (const auto& task : tasks) out["task " + task.name] = hashes.at("task " + task.name);
  return out;
}

Results evaluate(const EvalOptions& options, const RunContext& context) {
  const Prepared prepared = prepare(options, context.observer);
  make_folder(options.out);
  Asking asking(prepared, options, context);
  asking.run();

  Results results;
  results.set = prepared.set;
  results.costs = asking.costs();
  results.near_intents = prepared.training.near_intents;
  measure_all(results, prepared, asking, options, context.observer);
  ask_judge(results, prepared, options, context.observer);
  results.lineage = lineage_of(prepared, context);
  for (const ScorerResult& scorer : results.scorers)
    results.lineage.hashes["scorer " + scorer.info.name] = scorer.info.model;
  std::map<std::string, std::string> system_of;
  for (const System& system : prepared.systems) {
    results.system_order.push_back(system.name);
    for (const Row& row : system.rows) system_of[row.name] = system.name;
  }
  compare(results, system_of,
          {static_cast<std::size_t>(options.bootstrap_draws), options.seed, options.margin, options.diversity_words,
           prepared.reference});
  if (options.split == "valid")
    results.headline.caveats.emplace_back("validation split: choices are made on it, so this is no result");
  write_all(results, options);
  return results;
}

}  // namespace udrl::eval
