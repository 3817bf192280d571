// Synthesis: the plan's questions asked, the model's slots kept full, each answer one line.
#include "udrl/distill/synthesize.hpp"

#include <algorithm>

#include "answer_records.hpp"
#include "forecast.hpp"
#include "plan.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/shares.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {
namespace {

using data::Intent;

lm::Request to_request(const Planned& planned, const lm::LanguageModel& teacher, const SynthesizeOptions& options) {
  const Subset& subset = *planned.subset;
  lm::Request request;
  request.id = planned.record.id;
  request.prompt = teacher.chat(task::teacher_messages(*subset.task, subset.shots, planned.record.intent.intent));
  request.shared_segments = subset.shared_segments;
  request.sampling.temperature = planned.record.sampling.temperature;
  request.sampling.top_p = planned.record.sampling.top_p;
  request.sampling.seed = planned.record.sampling.seed;
  request.sampling.repeat_penalty = options.repeat_penalty;
  request.sampling.max_tokens = subset.task->max_tokens;
  task::stop_where_answer_ends(*subset.task, request.sampling);
  return request;
}

/// In place: millions of them are not held twice.
void keep_share(std::vector<Intent>& intents, const data::Share& share) {
  std::size_t kept = 0;
  for (std::size_t i = share.number - 1; i < intents.size(); i += share.of) {
    if (i != kept) intents[kept] = std::move(intents[i]);
    ++kept;
  }
  intents.resize(kept);
  if (intents.capacity() / 2 > kept) intents.shrink_to_fit();
}

std::vector<Intent> choose_intents(const SynthesizeOptions& options, Observer& observer) {
  std::vector<Intent> intents = each_once(data::read_intents(options.intents), observer);
  const std::size_t all = intents.size();
  intents.erase(intents.begin(),
                intents.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(options.skip, intents.size())));
  if (options.limit > 0 && intents.size() > options.limit) intents.resize(options.limit);
  const data::Share share = data::parse_share(options.shard);
  keep_share(intents, share);
  if (intents.empty())
    throw user_error("there is no intent to ask about")
        .at(options.intents.string())
        .expected("at least one")
        .got(std::to_string(all) + " in all, none of them for this run")
        .hint(all == 0 ? "make intents first: udrl-distill intents" : "see 'skip' and 'shard'");
  return intents;
}

data::Manifest wanted_manifest(const SynthesizeOptions& options, const std::vector<task::Task>& tasks,
                               const lm::LanguageModel& teacher, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("synthesize", context);
  manifest.seed = options.seed;
  manifest.models[teacher.info().name] = teacher.info().sha256;
  manifest.inputs["intents"] = data::hash_input(options.intents);
  for (const task::Task& task : tasks) manifest.inputs["task " + task.name] = task.sha256;
  data::note_share(manifest, options.shard);
  return manifest;
}

SynthesizeResult synthesize_into(HeldFolder held, const SynthesizeOptions& options, lm::LanguageModel& teacher,
                                 const RunContext& context) {
  const std::vector<task::Task> tasks = task::load_tasks(options.tasks_folder, options.tasks);
  std::vector<Intent> intents = choose_intents(options, context.observer);
  const std::string teacher_name = options.teacher.name.empty() ? teacher.info().name : options.teacher.name;

  data::OutputFolder out(std::move(held), wanted_manifest(options, tasks, teacher, context));
  auto answered = read_answered(out);
  const auto subsets = make_subsets(tasks, teacher, options.seed);
  Progress progress{"synthesize", "answers", answered.size(), 0, answered.size(), ""};
  Plan plan(options, std::move(intents), subsets, teacher_name, std::move(answered));
  progress.total = plan.total();

  SynthesizeResult result;
  Forecast forecast(teacher);
  Asking asking{{}, {}, {}, context.observer};
  asking.next = [&]() -> std::optional<PlannedAnswer> {
    auto planned = plan.next();
    if (!planned) return std::nullopt;
    lm::Request request = to_request(*planned, teacher, options);
    return PlannedAnswer{std::move(planned->record), planned->subset->task, std::move(request)};
  };
  asking.text_of = [](const lm::Completion& answer, const task::Task& task) {
    return task::kept_answer(task, answer.text);
  };
  asking.answered = [&](const Progress& now, const lm::Completion& answer) {
    result.generated_tokens += static_cast<std::uint64_t>(answer.tokens);
    if (const auto said = forecast.answered(answer.tokens, now.total - now.done))
      context.observer.note(Level::info, *said);
    context.observer.progress(now);
  };
  const lm::Throughput figures = ask_all(teacher, asking, out, progress);
  result.manifest = out.manifest;
  result.seconds = figures.seconds;
  result.prompt_tokens = figures.prompt_tokens;
  check_stop(
      "synthesis stopped after " + std::to_string(progress.done) + " of " + std::to_string(progress.total) + " answers",
      "run the same command again: it goes on from there");
  require_samples(result.manifest, options.out);
  return result;
}

}  // namespace

void declare(OptionSet& set, SynthesizeOptions& o) {
  set.add("intents", o.intents, "intents: a folder of shards or a JSONL file").required().runtime_only();
  set.add("tasks_folder", o.tasks_folder, "folder of task files").runtime_only();
  set.add("tasks", o.tasks, "names of the tasks; none: every file of the folder");
  set.add("out", o.out, "folder of samples to write, or to go on with").required().runtime_only();
  lm::declare(set, "teacher", o.teacher);
  set.add("draws", o.draws, "answers an intent and task").range(1, 1000);
  set.add("first_draw", o.first_draw, "draws are numbered from here: for more answers to the same intents")
      .range(0, 1e6);
  set.add("tasks_per_intent", o.tasks_per_intent, "ask so many of the tasks, by chance; 0: all").range(0, 64);
  set.add("temperatures", o.temperatures, "sampling temperatures, which the draws of an intent take in turn")
      .range(0, 5);
  set.add("subsets_per_intent", o.subsets_per_intent,
          "few-shot subsets among which the draws of an intent take turns; 0: each draw its own. Fewer are faster")
      .range(0, 64);
  set.add("top_p", o.top_p, "nucleus sampling: least probable tokens beyond this mass are left out").range(0.01, 1);
  set.add("repeat_penalty", o.repeat_penalty, "divides the logits of recent tokens; 1: off").range(1, 2);
  set.add("limit", o.limit, "only so many intents; 0: all. Raise it later to go on").runtime_only();
  set.add("skip", o.skip, "leave out the first so many intents");
  set.add("shard", o.shard, "i/n: do the i-th of n equal shares of the intents, for job arrays (each its own --out)");
  set.add("seed", o.seed, "seed of all random choices");
  set.add("block", o.block, "intents whose requests are sorted by few-shot subset").range(1, 100000);
}

SynthesizeResult synthesize(const SynthesizeOptions& options, const RunContext& context) {
  // What is wrong with the options or the input is said before a model is loaded.
  data::parse_share(options.shard);
  if (options.temperatures.empty())
    throw user_error("no temperatures").expected("at least one").hint("set 'temperatures'");
  task::load_tasks(options.tasks_folder, options.tasks);
  data::list_shards(options.intents);
  HeldFolder out(options.out);
  return synthesize_into(std::move(out), options, *lm::open_model(options.teacher, {&context.observer, options.out}),
                         context);
}

SynthesizeResult synthesize(const SynthesizeOptions& options, lm::LanguageModel& teacher, const RunContext& context) {
  return synthesize_into(HeldFolder(options.out), options, teacher, context);
}

}  // namespace udrl::distill
