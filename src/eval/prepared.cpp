// Reading, refusing and hashing, before anything is asked.
#include "prepared.hpp"

#include "judging.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/eval/scorers.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

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

/// Opens what will score at the end, so that a wrong model is said before anything is asked.
void try_scorers(const EvalOptions& options, const std::string& task) {
  const OpenScorers scorers(options, read_labels(options.tagged));
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

}  // namespace

Prepared prepare(const EvalOptions& options, Observer& observer) {
  Prepared p;
  p.systems = load_systems(options);
  require_files(options, p.systems);
  require_own_data(options);
  p.fitted = command::load(options.student / "commands.json");
  p.tasks = tasks_of(options, p.fitted);
  try_scorers(options, p.tasks.front().name);
  p.reference = reference_row(p.systems, options.reference);
  add_cases(p, options);
  derangement(p.set, options.seed);  // refuses too few subjects before anything is asked
  p.training = read_training(options.tagged / "train", p.set, observer);
  for (const auto& task : p.tasks) p.hashes["task " + task.name] = task.sha256;
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

std::map<std::string, std::string> Prepared::task_hashes() const {
  std::map<std::string, std::string> out;
  for (const auto& task : tasks) out["task " + task.name] = hashes.at("task " + task.name);
  return out;
}

}  // namespace udrl::eval
