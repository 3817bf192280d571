// The stage: prepare, loop, finish. Not for: the loop (loop.cpp), or what it needs (prepare.cpp).
#include "udrl/train/train.hpp"

#include <chrono>

#include "loop.hpp"
#include "prepare.hpp"
#include "report/run_report.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
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

student::ModelCard card_of(const TrainOptions& options, const Preparation& run) {
  student::ModelCard card;
  card.teachers = run.store().teachers();
  card.example = run.example();
  card.data = {{"training sequences", grouped(run.epoch().sequences)},
               {"tokens an epoch", grouped(run.epoch().tokens)}};
  card.training = {{"steps", grouped(run.total_steps())},
                   {"optimizer", to_string(options.optimizer.name)},
                   {"learning rate", options.optimizer.name == OptimizerKind::muon
                                         ? fixed(options.optimizer.muon_lr, 4) + " (muon), " +
                                               fixed(options.optimizer.lr, 4) + " (adamw)"
                                         : fixed(options.optimizer.lr, 4)},
                   {"seed", std::to_string(options.seed)},
                   {"processor", processor_description()}};
  if (run.initial()) card.started_from = run.initial()->name();
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
  student::export_gguf(out.path());
  out.manifest.counts = {{"steps", state.step},
                         {"tokens", state.tokens},
                         {"sequences", run.epoch().sequences},
                         {"too_long", run.epoch().too_long},
                         {"parameters", run.model().parameter_count()}};
  out.finish();
}

void start_from_initial(const TrainOptions& options, const Preparation& run, Trainer& trainer, Observer& observer) {
  observer.note(Level::info, run.initial()->write_weights({options.out, run.model(), run.tokenizer(), options.seed}));
  trainer.load_model(options.out / student::files::weights);
}

RunDescription description_of(const Preparation& run, const Trainer& trainer, const RunContext& context) {
  RunDescription description;
  description.lines = {model_line(run, trainer), data_line(run), steps_line(run)};
  if (run.plain()) description.lines.push_back(plain_line(*run.plain()));
  description.steps = run.total_steps();
  description.parameters = run.model().parameter_count();
  description.command_line = context.command_line;
  return description;
}

TrainerOptions trainer_options(const TrainOptions& options, const student::StudentConfig& model) {
  TrainerOptions out;
  out.model = model;
  out.optimizer = options.optimizer;
  out.device = options.device;
  out.precision = options.precision;
  out.seed = options.seed;
  out.gemm_backend = options.gemm_backend;
  out.pass_tokens = options.batch.micro_tokens;
  out.gemm_file = cache_folder(options) / "gemm.json";
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

}  // namespace

TrainReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  Observer& observer = context.observer;
  data::OutputFolder out = open_checkpoint_folder(options, context);
  const Preparation run(options, out.manifest, observer);
  Trainer trainer(trainer_options(options, run.model()));
  TrainingState state = load_state(options.out, trainer).value_or(TrainingState{});
  state.bf16 = trainer.bf16();
  RunDescription description = description_of(run, trainer, context);
  introduce(description, state, run.fitted().unsupported_tasks(), observer);
  observer.note(Level::info,
                "matmul peak for the shapes of this model: " + fixed(trainer.best_rate() / 1e9, 0) + " GFLOP/s");
  if (trainer.bf16() && automatic_precision(trainer.device()) == Precision::fp32)
    observer.note(Level::warning,
                  "this processor has no instructions for bf16: steps may take many times as long as in fp32");
  if (out.manifest.complete) {
    observer.note(Level::info, "this run is complete: nothing to do");
    return report_of(state, run, 0);
  }
  write_texts(options.out, run, card_of(options, run));
  if (run.initial() && state.step == 0) start_from_initial(options, run, trainer, observer);
  const auto start = std::chrono::steady_clock::now();
  run_loop({options, run, description, trainer.best_rate()}, trainer, state, observer);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  description.outcome = outcome_of(run, state);
  if (state.step < run.total_steps()) observer.note(Level::info, description.outcome);
  write_run_report(options.out, description);
  finish(out, options, run, state);
  return report_of(state, run, seconds);
}

}  // namespace udrl::train
