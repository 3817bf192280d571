// The stage: prepare, loop, finish. Not for: the loop (loop.cpp), or what it needs (prepare.cpp).
#include "udrl/train/train.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "loop.hpp"
#include "prepare.hpp"
#include "report/run_report.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::train {
namespace {

std::string model_line(const Preparation& run, const Trainer& trainer) {
  const auto& model = run.model();
  return grouped(model.parameter_count()) + " parameters: " + std::to_string(model.n_layer) + " layers of width " +
         std::to_string(model.n_embd) + ", vocabulary " + grouped(static_cast<std::uint64_t>(model.vocab_size)) + "; " +
         trainer.description();
}

std::string data_line(const Preparation& run) {
  const EpochCount& epoch = run.epoch();
  const double padding = 1.0 - static_cast<double>(epoch.tokens) / static_cast<double>(epoch.positions);
  return grouped(epoch.sequences) + " sequences, " + grouped(epoch.tokens) + " tokens an epoch (" +
         grouped(epoch.targets) + " learned, " + fixed(100 * padding, 1) + "% padding); " + grouped(epoch.too_long) +
         " left out, longer than the model's context length of " + std::to_string(run.model().n_positions);
}

std::string plain_line(const PlainPhase& plain) {
  return "first " + grouped(plain.steps) + " steps on plain text: " + grouped(plain.epoch.sequences) + " pieces, " +
         grouped(plain.epoch.targets) + " tokens, " +
         fixed(static_cast<double>(plain.steps) / static_cast<double>(plain.epoch.steps), 1) + " epochs";
}

std::string steps_line(const Preparation& run) {
  const EpochCount& epoch = run.epoch();
  const std::uint64_t steps = run.total_steps() - run.plain_steps();
  const double epochs = static_cast<double>(steps) / static_cast<double>(epoch.steps);
  return grouped(steps) + " steps of about " + grouped(epoch.tokens / epoch.steps) + " tokens: " + fixed(epochs, 1) +
         " epochs";
}

std::string judged_line(const JudgedAnswers& judged) {
  return "the critic learns on, from " + grouped(judged.answers()) + " answers to " + grouped(judged.requests()) +
         " requests: a pass is " + grouped(judged.batches()) + " steps";
}

student::CardRows learned_before(const InitialModel& initial) {
  student::CardRows rows;
  for (const char* what : {"steps", "tokens"})
    if (const auto count = initial.learned().find(what); count != initial.learned().end())
      rows.emplace_back(std::string(what) + " of the student that it began with", grouped(count->second));
  return rows;
}

/// "2 students: first, second"
std::string names_of(const std::vector<student::TransformersFolder>& students) {
  std::string names = page::plural(students.size(), "student") + ":";
  for (const auto& one : students) names += (&one == &students.front() ? " " : ", ") + one.name();
  return names;
}

student::ModelCard card_of(const TrainOptions& options, const Preparation& run) {
  const auto number = [](double value) { return data::Json(value).dump(); };
  student::ModelCard card;
  card.name = options.card.name;
  card.licence = options.card.licence;
  card.teachers = run.store().teachers();
  card.example = run.example();
  card.data = {{"training sequences", grouped(run.epoch().sequences)},
               {"tokens an epoch", grouped(run.epoch().tokens)}};
  card.training = {{"steps", grouped(run.total_steps())},
                   {"optimizer", to_string(options.optimizer.name)},
                   {"learning rate",
                    options.optimizer.name == OptimizerKind::muon
                        ? number(options.optimizer.muon_lr) + " (muon), " + number(options.optimizer.lr) + " (adamw)"
                        : number(options.optimizer.lr)},
                   {"seed", std::to_string(options.seed)},
                   {"processor", processor_description()}};
  if (run.initial()) {
    card.started_from = run.initial()->name();
    for (auto& row : learned_before(*run.initial())) card.training.push_back(std::move(row));
  }
  if (const JudgedAnswers* judged = run.judged_answers())
    card.training.push_back({"answers of its own that its critic learned from", grouped(judged->answers())});
  if (!run.students().empty())
    card.training.push_back({"distilled beside the data from the mean of", names_of(run.students())});
  if (run.plain()) card.training.push_back({"of these on plain text", grouped(run.plain_steps())});
  return card;
}

void write_texts(const std::filesystem::path& out, const Preparation& run, const student::ModelCard& card) {
  student::write_checkpoint_texts(out, {run.model(), run.tokenizer(), run.fitted(), card, {}});
}

TrainReport report_of(const TrainingState& state, const Preparation& run, double seconds) {
  const double loss = state.best_valid.value_or(0);
  return {state.step, state.tokens, seconds, loss, run.bits_per_byte(loss), run.model().parameter_count()};
}

/// How a run came to its end.
std::string outcome_of(const Preparation& run, const TrainingState& state) {
  if (state.step >= run.total_steps()) return "This run took all its steps and is complete.";
  return "This run ended after step " + grouped(state.step) + ": the validation loss had not fallen in " +
         page::plural(state.plateau.evaluations, "evaluation") + ".";
}

void finish(data::OutputFolder& out, const TrainOptions& options, const Preparation& run, const TrainingState& state) {
  student::ModelCard card = card_of(options, run);
  card.training.push_back({"tokens seen", grouped(state.tokens)});
  const double loss = state.best_valid.value_or(0);
  card.metrics = {{"validation loss", fixed(loss, 3) + " nats a token, " + fixed(run.bits_per_byte(loss), 3) +
                                          " bits a byte, after step " + grouped(state.best_step)}};
  write_texts(out.path(), run, card);
  student::export_gguf(out.path(), run.gguf_options());
  out.manifest.counts = {{"steps", state.step},
                         {"tokens", state.tokens},
                         {"sequences", run.epoch().sequences},
                         {"too_long", run.epoch().too_long},
                         {"parameters", run.model().parameter_count()}};
  out.finish();
}

RunDescription description_of(const Preparation& run, const Trainer& trainer, const Ranks& ranks,
                              const RunContext& context) {
  RunDescription description;
  description.lines = {model_line(run, trainer), data_line(run), steps_line(run)};
  if (ranks.are_several())
    description.lines.push_back("each step is shared by " + std::to_string(ranks.size()) + " processes");
  if (run.plain()) description.lines.push_back(plain_line(*run.plain()));
  if (run.judged_answers()) description.lines.push_back(judged_line(*run.judged_answers()));
  if (!run.students().empty())
    description.lines.push_back("beside each token it learns the mean of what is said by " + names_of(run.students()));
  description.steps = run.total_steps();
  description.parameters = run.model().parameter_count();
  description.command_line = context.command_line;
  return description;
}

/// Of what the critic says as much as goes with the returns: what errs least.
CriticHead critic_head(const student::Critic& critic, double weight) {
  CriticHead head{critic.fit.correlation * critic.log_prob, {}, weight};
  for (const double one : critic.state) head.state.push_back(static_cast<float>(critic.fit.correlation * one));
  return head;
}

TrainerOptions trainer_options(const TrainOptions& options, const Preparation& run, const Ranks& ranks) {
  TrainerOptions out;
  out.model = run.model();
  if (run.judged_answers() != nullptr) out.critic = critic_head(run.critic(), options.critic.weight);
  out.ensemble = &run.students();
  out.ensemble_share = options.distill.share;
  out.optimizer = options.optimizer;
  out.device = options.device;
  out.precision = options.precision;
  out.seed = options.seed;
  out.gemm_backend = options.gemm_backend;
  out.pass_tokens = options.batch.micro_tokens;
  out.gemm_file = cache_folder(options) / "gemm.json";
  out.ranks = &ranks;
  return out;
}

void introduce(const RunDescription& description, const TrainingState& state, const std::string& unsupported,
               Observer& observer) {
  for (const std::string& line : description.lines) observer.note(Level::info, line);
  if (!unsupported.empty())
    observer.note(Level::warning,
                  "no command of these tasks can be asked of the student, for lack of training records: " +
                      unsupported + ". Make more samples and tag them again");
  if (state.step > 0) observer.note(Level::info, "going on after step " + grouped(state.step));
}

/// Where the user does not say, a process has as many threads as its launcher gives it, if it may use so many cores, or
/// those on the same cores divide them.
void divide_threads(const Place& place, const Ranks& ranks, const RunContext& context) {
  const data::Json options = context.config_json.empty() ? data::Json::object() : data::parse_json(context.config_json);
  if (options.value("threads", 0) != 0 || place.size == 1) return;
  set_compute_threads(place.threads > 0 ? std::min(place.threads, usable_cores())
                                        : std::max(1, compute_threads() / ranks.on_these_cores()));
}

/// A run, as its first process and as those beside it prepare it: these find all files written.
class Run {
 public:
  Run(const TrainOptions& options, const RunContext& context, const Ranks& ranks)
      : options_(options), context_(context), ranks_(ranks), observer_(ranks.is_first() ? context.observer : silent_) {}

  TrainReport operator()() {
    if (ranks_.is_first()) open();
    ranks_.meet();
    if (!ranks_.is_first()) follow();
    TrainReport report = is_complete_ ? report_of(state_, *prepared_, 0) : learn();
    report.is_first = ranks_.is_first();
    return report;
  }

 private:
  void open() {
    out_ = open_checkpoint_folder(options_, context_);
    if (!options_.tensorboard.empty()) make_folder(options_.tensorboard);
    prepare(out_->manifest);
    introduce(description_, state_, prepared_->fitted().unsupported_tasks(), observer_);
    observer_.note(Level::info,
                   "matmul peak for the shapes of this model: " + fixed(trainer_->best_rate() / 1e9, 0) + " GFLOP/s");
    if (trainer_->bf16() && automatic_precision(trainer_->device()) == Precision::fp32)
      observer_.note(Level::warning,
                     "this processor has no instructions for bf16: steps may take many times as long as in fp32");
    if (is_complete_) return observer_.note(Level::info, "this run is complete: nothing to do");
    warn_of_idle_processes();
    write_texts(options_.out, *prepared_, card_of(options_, *prepared_));
    if (prepared_->initial() && state_.step == 0)
      observer_.note(Level::info, prepared_->initial()->write_weights(
                                      {options_.out, prepared_->model(), prepared_->tokenizer(), options_.seed}));
  }

  /// A process computes whole forward passes.
  void warn_of_idle_processes() {
    const int passes = options_.batch.step_tokens / options_.batch.micro_tokens;
    if (passes >= ranks_.size()) return;
    observer_.note(Level::warning, "about " + std::to_string(passes) + " of " + std::to_string(ranks_.size()) +
                                       " processes have something to do: a step is not cut into more forward passes. "
                                       "Lower batch.micro_tokens, or start fewer");
  }

  void follow() { prepare(data::read_manifest(options_.out)); }

  void prepare(const data::Manifest& manifest) {
    is_complete_ = manifest.complete;
    prepared_.emplace(options_, manifest, ranks_.is_first(), observer_);
    trainer_.emplace(trainer_options(options_, *prepared_, ranks_));
    const auto saved = load_state(options_.out, *trainer_);
    state_ = saved.value_or(TrainingState{});
    state_.bf16 = trainer_->bf16();
    if (!saved) state_.lanes = options_.batch.lanes > 0 ? options_.batch.lanes : ranks_.size();
    trainer_->use_lanes(state_.lanes);
    description_ = description_of(*prepared_, *trainer_, ranks_, context_);
  }

  TrainReport learn() {
    if (prepared_->initial() && state_.step == 0) trainer_->load_model(options_.out / student::files::weights);
    const auto start = std::chrono::steady_clock::now();
    const double rate = trainer_->best_rate() * ranks_.size();
    run_loop({options_, *prepared_, description_, rate, ranks_}, *trainer_, state_, observer_);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (ranks_.is_first()) finish_run();
    return report_of(state_, *prepared_, seconds);
  }

  void finish_run() {
    description_.outcome = outcome_of(*prepared_, state_);
    if (state_.step < prepared_->total_steps()) observer_.note(Level::info, description_.outcome);
    write_run_report(options_.out, description_);
    finish(*out_, options_, *prepared_, state_);
  }

  const TrainOptions& options_;
  const RunContext& context_;
  const Ranks& ranks_;
  Observer silent_;
  Observer& observer_;
  std::optional<data::OutputFolder> out_;  ///< of the first process
  bool is_complete_ = false;
  std::optional<Preparation> prepared_;
  std::optional<Trainer> trainer_;
  TrainingState state_;
  RunDescription description_;
};

}  // namespace

TrainReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  const Place place = place_of_process();
  check_device(options.device, place.size);
  if (options.batch.lanes > 0) check_lanes(options.batch.lanes, place.size);
  const Ranks ranks(place);
  divide_threads(place, ranks, context);
  return Run(options, context, ranks)();
}

}  // namespace udrl::train
