// The answer stage: a student's slots kept full, each answer one line.
#include "udrl/distill/answer.hpp"

#include <map>
#include <set>

#include "answer_records.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/id_numbers.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;
using data::Record;

/// Distinct intents in the order of their ids, so that the first so many are a fair sample.
std::vector<Intent> choose_intents(const AnswerOptions& options, Observer& observer) {
  std::map<std::string, Intent> distinct;
  data::JsonLinesReader reader(options.intents);
  while (auto intent = reader.next_as(data::intent_from_json)) distinct.try_emplace(intent->intent_id, *intent);
  data::require_some(distinct.size(), options.intents, "intent");
  std::vector<Intent> intents;
  for (auto& [id, intent] : distinct) intents.push_back(std::move(intent));
  intents = each_once(std::move(intents), observer);
  if (options.limit > 0 && intents.size() > options.limit) intents.resize(options.limit);
  return intents;
}

std::vector<task::Task> tasks_of(const AnswerOptions& options, const command::Fitted& fitted) {
  std::vector<std::string> names = options.tasks;
  if (names.empty()) {
    for (const auto& task : fitted.tasks) names.push_back(task.name);
  }
  return task::load_tasks(options.tasks_folder, names);
}

std::string name_of(const AnswerOptions& options) {
  if (!options.name.empty()) return options.name;
  const fs::path folder = fs::absolute(options.student).lexically_normal();
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

/// Null stands for `any`.
data::Json or_null(const std::optional<int>& value) { return value ? data::Json(*value) : data::Json(); }

/// Every intent, task, return and draw in turn, but those that are answered.
class Questions {
 public:
  Questions(const AnswerOptions& options, const inference::StudentModel& student, std::vector<Intent> intents,
            const std::vector<task::Task>& tasks, Observer& observer)
      : options_(options),
        student_(student),
        intents_(std::move(intents)),
        tasks_(tasks),
        observer_(observer),
        name_(name_of(options)) {}

  std::uint64_t total() const { return intents_.size() * tasks_.size() * options_.returns.size() * draws(); }

  std::optional<PlannedAnswer> next(const data::IdNumbers& answered) {
    while (place_ < total()) {
      PlannedAnswer question = at(place_++);
      if (!answered.contains(question.record.id)) return question;
    }
    return std::nullopt;
  }

 private:
  std::uint64_t draws() const { return static_cast<std::uint64_t>(options_.draws); }

  PlannedAnswer at(std::uint64_t place) const {
    const std::uint64_t draw = place % draws();
    place /= draws();
    const std::string& wanted = options_.returns[place % options_.returns.size()];
    place /= options_.returns.size();
    PlannedAnswer question{{}, &tasks_[place % tasks_.size()], {}};
    Record& record = question.record;
    record.intent = intents_[place / tasks_.size()];
    record.task = question.task->name;
    record.teacher = name_;
    record.draw = static_cast<int>(draw);
    record.id = content_id({record.intent.intent, record.task, name_, wanted, std::to_string(draw)});
    RandomStream random(options_.seed, "answer/" + record.id);
    record.sampling = {options_.temperature, options_.top_p, random(), {}};
    inference::Ask ask{record.intent.intent, record.task, options_.words, wanted};
    ask.nearest = options_.nearest;
    ask.mention = options_.mention;
    const lm::Sampling sampling = sampling_of(record);
    const command::Command command = student_.drawn(ask, command_for(ask, random), sampling);
    record.extra["asked"]["return"] = or_null(command.return_bin);
    record.extra["asked"]["words"] = or_null(command.words);
    for (std::size_t i = 0; i < command.auxiliary.size(); ++i)
      record.extra["asked"][student_.fitted().auxiliary[i].name] = or_null(command.auxiliary[i]);
    if (!command.mention.empty()) record.extra["asked"]["mention"] = command.mention;
    question.request = student_.request(ask, command, sampling);
    question.request.id = record.id;
    return question;
  }

  lm::Sampling sampling_of(const Record& record) const {
    lm::Sampling sampling;
    sampling.temperature = record.sampling.temperature;
    sampling.spelling_temperature = options_.spelling_temperature;
    sampling.opening_temperature = options_.opening_temperature;
    sampling.top_p = record.sampling.top_p;
    sampling.seed = record.sampling.seed;
    sampling.repeat_penalty = options_.repeat_penalty;
    sampling.max_tokens = 0;
    return sampling;
  }

  command::Command command_for(const inference::Ask& ask, RandomStream& random) const {
    if (ask.words != "sampled") {
      const auto [command, note] = student_.resolve(ask);
      if (!note.empty() && noted_.insert(note).second) observer_.note(Level::warning, note);
      return command;
    }
    const command::Fitted& fitted = student_.fitted();
    const int task_index = fitted.index_of(ask.task);
    const int words = fitted.draw_words(task_index, random);
    const command::Command command = fitted.command(task_index, words, ask.return_spec);
    const bool is_meant = fitted.supports(command) && fitted.remark(command, ask.return_spec).empty();
    if (!is_meant && noted_.insert(ask.task + " " + ask.return_spec).second) note_of_sampled(ask);
    return fitted.nearest_supported(command);
  }

  void note_of_sampled(const inference::Ask& ask) const {
    observer_.note(Level::warning, "the training data does not support the return '" + ask.return_spec +
                                       "' of the task " + ask.task +
                                       " at all lengths of its best answers: at the others the nearest " +
                                       "command is asked, and the records' `asked` says which");
  }

  const AnswerOptions& options_;
  const inference::StudentModel& student_;
  std::vector<Intent> intents_;
  const std::vector<task::Task>& tasks_;
  Observer& observer_;
  mutable std::set<std::string> noted_;  ///< each once
  std::string name_;
  std::uint64_t place_ = 0;
};

void check_returns(const std::vector<std::string>& returns) {
  if (returns.empty()) throw user_error("no returns to ask for").hint("set 'returns', for example top");
  if (std::set<std::string>(returns.begin(), returns.end()).size() < returns.size()) {
    throw user_error("a return is named twice").hint("name each once; 'draws' asks for more answers to each");
  }
}

data::Manifest wanted_manifest(const AnswerOptions& options, const inference::StudentModel& student,
                               const std::vector<task::Task>& tasks, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("answer", context);
  manifest.seed = options.seed;
  manifest.models = student.hashes();
  manifest.inputs[student::files::commands] = sha256_file(options.student / student::files::commands);
  manifest.inputs["intents"] = data::hash_input(options.intents);
  for (const task::Task& task : tasks) manifest.inputs["task " + task.name] = task.sha256;
  return manifest;
}

}  // namespace

void declare(OptionSet& set, AnswerOptions& o) {
  set.add("student", o.student, "checkpoint folder of udrl-train").required().runtime_only();
  set.add("name", o.name, "how the records call it; default: the folder's name");
  set.add("intents", o.intents, "intents, or records of any stage: their distinct intents").required().runtime_only();
  set.add("tasks_folder", o.tasks_folder, "folder of task files").runtime_only();
  set.add("tasks", o.tasks, "names of the tasks; none: all that the student knows");
  set.add("out", o.out, "folder of answers to write, or to go on with").required().runtime_only();
  set.add(
      "returns", o.returns,
      "each asked of every draw: 'top', 'lowest', 'any' or numbers; 'top+novelty=4' where there are auxiliary returns");
  set.add("words", o.words,
          "a number, 'any', 'auto' (the task's usual) or 'sampled' (as long as its best answers are)");
  set.add("nearest", o.nearest,
          "where the data does not support what is asked: ask the nearest that it does, and say so; else it is refused "
          "('sampled' always asks the nearest)")
      .came_later();
  set.add("mention", o.mention, "'auto': words of the student's own ideas; 'none'; or words, \"harbor, boats\"")
      .came_later();
  set.add("draws", o.draws, "answers an intent, task and return").range(1, 1000);
  set.add("temperature", o.temperature, "0: always the likeliest token").range(0, 5);
  // Not `came_later`: folders that name none were answered with 0, the default then.
  set.add("spelling_temperature", o.spelling_temperature, "within a word, where lower; 0: as temperature").range(0, 5);
  set.add("opening_temperature", o.opening_temperature, "of the first eight tokens, where higher; 0: as temperature")
      .range(0, 5)
      .came_later();
  set.add("top_p", o.top_p, "nucleus sampling").range(0.01, 1);
  set.add("repeat_penalty", o.repeat_penalty, "divides the logits of recent tokens; 1: off").range(1, 2);
  set.add("limit", o.limit, "only so many intents; 0: all. Raise it later to go on").runtime_only();
  set.add("seed", o.seed, "seed of all random choices");
  declare(set, o.pace);
}

data::Manifest answer_intents(const AnswerOptions& options, const RunContext& context) {
  check_returns(options.returns);
  HeldFolder held(options.out);
  std::vector<Intent> intents = choose_intents(options, context.observer);
  const lm::ModelOptions model = model_options(options.pace, options.student);
  auto student = inference::StudentModel::open(options.student, model);
  const std::vector<task::Task> tasks = tasks_of(options, student.fitted());
  data::OutputFolder out(std::move(held), wanted_manifest(options, student, tasks, context));
  const auto answered = read_answered(out);
  Questions questions(options, student, std::move(intents), tasks, context.observer);
  Progress progress{"answer", "answers", answered.size(), questions.total(), answered.size(), ""};

  Asking asking{{}, {}, {}, context.observer};
  asking.next = [&] { return questions.next(answered); };
  asking.text_of = [&](const lm::Completion& answer, const task::Task&) { return student.present({}, answer.text); };
  asking.answered = [&](const Progress& now, const lm::Completion&) { context.observer.progress(now); };
  ask_all(student.model(), asking, out, progress);
  check_stop("stopped after " + std::to_string(progress.done) + " of " + std::to_string(progress.total) + " answers",
             "run the same command again: it goes on from there");
  require_samples(out.manifest, options.out);
  return out.manifest;
}

}  // namespace udrl::distill
