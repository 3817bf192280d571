// Scorers by configuration.
#include "udrl/distill/scorer_options.hpp"

#include <map>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/task/validity.hpp"

namespace udrl::distill {
namespace {

/// Few-shot examples that `likelihood` shows the teacher: one subset for all answers, so that their values compare.
constexpr std::uint64_t few_shot_seed = 1;

std::map<std::string, lm::ModelOptions> options_by_role(const ScorerNeeds& needs) {
  return {{"embedder", needs.embedder}, {"pmi", needs.pmi}, {"judge", needs.judge}, {"teacher", needs.teacher}};
}

/// A task as `score` knows it, and what its teacher is asked.
struct KnownTask {
  task::Task task;
  std::vector<task::Example> shots;
  std::size_t shared = 0;
};
using KnownTasks = std::map<std::string, KnownTask, std::less<>>;

score::TaskGuide guide_of(const task::Task& task) {
  score::TaskGuide guide;
  for (const task::Example& example : task.examples) guide.examples.emplace_back(example.intent, example.answer);
  guide.rubric = task.rubric;
  return guide;
}

const KnownTask& known(const KnownTasks& tasks, std::string_view name) {
  const auto found = tasks.find(name);
  if (found != tasks.end()) return found->second;
  throw user_error("a record's task has no file").got("task '" + std::string(name) + "'").hint("see --tasks-folder");
}

}  // namespace

void declare(OptionSet& set, ScorerNeeds& o) {
  set.add("tasks_folder", o.tasks_folder, "task files, for scorers that read (score applies their validity rules too)");
  lm::declare(set, "embedder", o.embedder);
  lm::declare(set, "pmi", o.pmi);
  lm::declare(set, "judge", o.judge);
  lm::declare(set, "teacher", o.teacher);
}

OpenModels::OpenModels(const ScorerNeeds& needs, const std::vector<std::string>& scorers, const lm::OpenFor& whom) {
  const auto by_role = options_by_role(needs);
  std::map<std::pair<std::filesystem::path, lm::WeightsKind>, lm::LanguageModel*> by_file;  // and weights
  for (const std::string& scorer : scorers) {
    const std::string role = score::model_of(scorer);
    if (role.empty() || by_role_.contains(role)) continue;
    const lm::ModelOptions& model = by_role.at(role);
    if (!lm::is_named(model)) continue;  // the scorer says what it lacks
    const auto key = std::pair(model.gguf, model.weights);
    if (const auto open = by_file.find(key); !model.gguf.empty() && open != by_file.end()) {
      by_role_[role] = open->second;
      continue;
    }
    models_.push_back(lm::open_model(model, whom));
    by_role_[role] = by_file[key] = models_.back().get();
  }
}

std::map<std::string, std::string> hashes_of(const score::Models& models) {
  std::map<std::string, std::string> hashes;
  for (const auto& [role, model] : models) {
    if (model != nullptr) hashes[role] = model->info().sha256;
  }
  return hashes;
}

score::Resources resources_for(const ScorerNeeds& needs, const score::Models& models, const score::Siblings* siblings) {
  score::Resources resources;
  resources.models = models;
  resources.siblings = siblings;
  if (needs.tasks_folder.empty()) return resources;
  const auto tasks = std::make_shared<KnownTasks>();
  const auto teacher = models.find("teacher");
  for (task::Task& task : task::load_tasks(needs.tasks_folder, {})) {
    resources.tasks[task.name] = guide_of(task);
    KnownTask one{task, task::few_shot_subsets(task, few_shot_seed).front(), 0};
    if (teacher != models.end()) one.shared = task::shared_segments(task, one.shots, *teacher->second);
    tasks->emplace(task.name, std::move(one));
  }
  resources.is_valid = [tasks](const score::Candidate& a) {
    return task::broken_rule(a.text, a.intent, known(*tasks, a.task).task).empty();
  };
  if (teacher == models.end()) return resources;
  resources.teacher_question = [tasks, model = teacher->second](const score::Candidate& a) {
    const KnownTask& one = known(*tasks, a.task);
    return lm::Question{model->chat(task::teacher_messages(one.task, one.shots, std::string(a.intent))), one.shared};
  };
  return resources;
}

}  // namespace udrl::distill
