// Reading, refusing and hashing, before anything is asked.
#include "prepared.hpp"

#include <algorithm>

#include "scoring.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

/// The tasks with the longest answers: a short one says too little beyond its request for a scorer to tell.
void keep_longest(std::vector<std::string>& tasks, const command::Fitted& fitted, std::size_t most) {
  const auto words = [&](const std::string& task) { return fitted.default_words(fitted.index_of(task)); };
  std::stable_sort(tasks.begin(), tasks.end(), [&](const auto& a, const auto& b) { return words(a) > words(b); });
  tasks.resize(most);
}

std::vector<task::Task> tasks_of(const TestOptions& options, const command::Fitted& fitted) {
  std::vector<std::string> names = options.tasks;
  if (names.empty()) {
    for (const auto& task : fitted.tasks) names.push_back(task.name);
    if (options.most_tasks > 0 && names.size() > options.most_tasks) keep_longest(names, fitted, options.most_tasks);
  }
  return task::load_tasks(options.tasks_folder, names);
}

void require_files(const EvalOptions& options, const std::vector<System>& systems) {
  const auto require = [](const fs::path& file, const std::string& what, const std::string& hint) {
    if (!fs::exists(file)) throw user_error(what + " is not there").at(file.string()).hint(hint);
  };
  for (const System& system : systems) {
    if (!system.is_student) continue;
    for (const char* name : {student::files::gguf, student::files::commands})
      require(system.folder() / name, "a file of " + system.title, "name the folder that udrl-train has finished");
    require(system.tagged / "train", "the training split of " + system.title, "name the data that it was trained on");
  }
  std::vector<std::string> splits = options.test.parts;
  splits.insert(splits.begin(), {"train", options.test.split});
  for (const std::string& split : splits)
    require(options.systems.tagged / split, "the " + split + " split", "name the folder that udrl-distill tag wrote");
  for (const System& system : systems)
    if (!system.model.gguf.empty())
      require(system.model.gguf, "the model of " + system.title,
              "run scripts/setup.sh, or correct [model] of its systems file");
}

/// Opens what will score at the end, so that a wrong model is said before anything is asked.
void try_scorers(const EvalOptions& options, const EvalInputs& p) {
  const OpenScorers scorers(options.scorers, options.test.tasks_folder, p.labels);
  const score::Candidate any{"a", "a", p.tasks.front().name};
  for (const RelevanceScorer& scorer : scorers.all()) scorer.score({&any, 1});
  if (is_named(options.judge.model)) lm::open_model(options.judge.model);
}

/// Throws for a task that it did not learn, and for a return that it cannot be asked for.
void try_commands(const System& student, const std::vector<task::Task>& tasks) {
  const command::Fitted fitted = command::load(student.folder() / student::files::commands);
  for (const auto& task : tasks)
    for (const Row& row : student.rows) {
      const int task_index = fitted.index_of(task.name);
      fitted.command(task_index, std::nullopt, row.asked_return);
    }
}

void check_students(EvalInputs& p) {
  for (const System& system : p.systems) {
    if (!system.is_student) continue;
    require_own_data(system.folder(), system.tagged, system.title);
    try_commands(system, p.tasks);
    if (std::find(p.tagged.begin(), p.tagged.end(), system.tagged) != p.tagged.end()) continue;
    const Labels labels = read_labels(system.tagged);
    if (p.tagged.empty()) p.main_labels = labels;
    p.labels = p.tagged.empty() ? labels : together(p.labels, labels);
    p.tagged.push_back(system.tagged);
  }
}

/// Subjects that any student's training saw are refused.
void read_all_training(EvalInputs& p, Observer& observer) {
  p.training = read_training(p.tagged.front() / "train", p.set, observer);
  for (std::size_t i = 1; i < p.tagged.size(); ++i)
    p.training.near_intents.merge(read_training(p.tagged[i] / "train", p.set, observer).near_intents);
}

void add_cases(EvalInputs& p, const EvalOptions& options) {
  for (const auto& task : p.tasks) p.set.tasks.push_back(task.name);
  const auto add = [&](const std::string& split, int intents) {
    data::require_lines(options.systems.tagged / split, "record");
    const CaseOptions choose{static_cast<std::size_t>(intents), options.seed};
    add_part(p.set, split, choose_intents(read_split_intents(options.systems.tagged / split), choose), p.fitted,
             options.seed);
    p.hashes["split " + split] = data::hash_input(options.systems.tagged / split);
  };
  add(options.test.split, options.test.intents);
  for (const std::string& part : options.test.parts) add(part, options.test.part_intents);
}

/// Of every test split, by every student.
void count_openings(EvalInputs& p, const EvalOptions& options, Observer& observer) {
  std::vector<std::string> students;
  for (const System& system : p.systems)
    if (system.is_student) students.push_back(p.hashes.at("model " + system.name));
  const std::filesystem::path folder = ledger_folder(options.systems.tagged, options.out);
  if (folder != options.systems.tagged)
    observer.note(Level::warning,
                  "openings of the test set are counted in " + folder.string() +
                      " alone, as the tagged folder cannot be written: " + options.systems.tagged.string());
  for (const Part& part : p.set.parts) {
    if (!part.name.starts_with("test")) continue;
    const Openings openings = record_opening(folder, students, p.hashes.at("split " + part.name));
    if (openings.times > p.openings.times) p.openings = openings;
  }
}

}  // namespace

void require_own_data(const fs::path& student, const fs::path& tagged, const std::string& title) {
  if (!data::has_manifest(student)) return;
  const auto inputs = data::read_manifest(student).inputs;
  const auto trained_on = inputs.find("train");
  if (trained_on == inputs.end() || trained_on->second == data::hash_input(tagged / "train")) return;
  throw user_error(title + " was trained on other data")
      .at(student.string())
      .expected("the tagged folder that its manifest.json names")
      .got(tagged.string())
      .hint("name the tagged data that it was trained on (--tagged, or `tagged` of its systems file)");
}

EvalInputs prepare(const EvalOptions& options, Observer& observer) {
  EvalInputs p;
  p.systems = load_systems(options.systems);
  require_files(options, p.systems);
  p.fitted = command::load(options.systems.student / student::files::commands);
  p.tasks = tasks_of(options.test, p.fitted);
  p.task_hashes = task_hashes_of(options.test, p.fitted);
  check_students(p);
  try_scorers(options, p);
  p.reference = reference_row(p.systems, options.verdict.reference);
  add_cases(p, options);
  derangement(p.set, options.seed);  // refuses too few subjects before anything is asked
  read_all_training(p, observer);
  for (const auto& task : p.tasks) p.hashes["task " + task.name] = task.sha256;
  if (data::has_manifest(options.systems.tagged))
    p.hashes["tagged manifest"] = sha256_file(options.systems.tagged / "manifest.json");
  for (const System& system : p.systems) {
    p.hashes["model " + system.name] = identity_of(system.model);
    if (system.is_student)
      p.hashes["commands " + system.name] = sha256_file(system.folder() / student::files::commands);
    if (std::any_of(system.rows.begin(), system.rows.end(), [](const Row& row) { return row.reads_critic(); }))
      p.hashes["critic " + system.name] = sha256_file(critic_of(system));
  }
  count_openings(p, options, observer);
  return p;
}

std::map<std::string, std::string> task_hashes_of(const TestOptions& options, const command::Fitted& fitted) {
  TestOptions whole = options;
  whole.most_tasks = 0;
  std::map<std::string, std::string> out;
  for (const auto& task : tasks_of(whole, fitted)) out["task " + task.name] = task.sha256;
  return out;
}

}  // namespace udrl::eval
