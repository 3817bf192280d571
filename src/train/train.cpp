// The stage: prepare, loop, finish. Not for: the loop (loop.cpp), or what it needs (prepare.cpp).
#include "udrl/train/train.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>

#include "loop.hpp"
#include "prepare.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::train {
namespace {

/// 1234567 → "1,234,567".
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string decimals(double value, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string model_line(const Preparation& run, const Learner& learner) {
  const auto& model = run.model();
  return grouped(model.parameter_count()) + " parameters: " + std::to_string(model.n_layer) + " layers of width " +
         std::to_string(model.n_embd) + ", vocabulary " + grouped(static_cast<std::uint64_t>(model.vocab_size)) + "; " +
         learner.description();
}

std::string data_line(const Preparation& run) {
  const EpochCount& epoch = run.epoch();
  const double padding = 1.0 - static_cast<double>(epoch.tokens) / static_cast<double>(epoch.positions);
  return grouped(epoch.sequences) + " sequences, " + grouped(epoch.tokens) + " tokens an epoch (" +
         grouped(epoch.targets) + " learned, " + decimals(100 * padding, 1) + "% padding); " + grouped(epoch.too_long) +
         " left out, longer than the model's " + std::to_string(run.model().n_positions) + " positions";
}

std::string steps_line(const Preparation& run) {
  const EpochCount& epoch = run.epoch();
  const double epochs = static_cast<double>(run.total_steps()) / static_cast<double>(epoch.steps);
  return grouped(run.total_steps()) + " steps of about " + grouped(epoch.tokens / epoch.steps) +
         " tokens: " + decimals(epochs, 1) + " epochs";
}

student::ModelCard card_of(const TrainOptions& options, const Preparation& run) {
  student::ModelCard card;
  card.teachers = run.store().teachers();
  card.example = run.example();
  card.data = {{"training sequences", grouped(run.epoch().sequences)},
               {"tokens an epoch", grouped(run.epoch().tokens)}};
  card.training = {
      {"steps", grouped(run.total_steps())},
      {"optimizer", options.optimizer.name},
      {"learning rate", options.optimizer.name == "muon" ? decimals(options.optimizer.muon_lr, 4) + " (muon), " +
                                                               decimals(options.optimizer.lr, 4) + " (adamw)"
                                                         : decimals(options.optimizer.lr, 4)},
      {"seed", std::to_string(options.seed)},
      {"processor", processor_description()}};
  if (run.initial()) card.training.push_back({"started from", run.initial()->name()});
  return card;
}

void write_texts(const std::filesystem::path& out, const Preparation& run, const student::ModelCard& card) {
  student::write_checkpoint_texts(out, {run.model(), run.tokenizer(), run.fitted(), card, {}});
}

TrainReport report_of(const TrainingState& state, const Preparation& run, double seconds) {
  return {state.step, state.tokens, seconds, state.best_valid.value_or(0), run.model().parameter_count()};
}

void finish(const TrainOptions& options, const Preparation& run, const TrainingState& state, data::Manifest manifest) {
  student::ModelCard card = card_of(options, run);
  card.training.push_back({"tokens seen", grouped(state.tokens)});
  card.metrics = {{"validation loss", decimals(state.best_valid.value_or(0), 3) + " nats a token, after step " +
                                          grouped(state.best_step)}};
  write_texts(options.out, run, card);
  student::export_gguf(options.out);
  manifest.counts = {{"steps", state.step},
                     {"tokens", state.tokens},
                     {"sequences", run.epoch().sequences},
                     {"too_long", run.epoch().too_long},
                     {"parameters", run.model().parameter_count()}};
  manifest.complete = true;
  data::write_manifest(options.out, manifest);
}

void start_from_initial(const TrainOptions& options, const Preparation& run, Learner& learner, Observer& observer) {
  observer.note(Level::info, run.initial()->write_weights({options.out, run.model(), run.tokenizer(), options.seed}));
  learner.load_model(options.out / student::files::weights);
}

void introduce(const Preparation& run, const Learner& learner, const TrainingState& state, Observer& observer) {
  for (const std::string& line : {model_line(run, learner), data_line(run), steps_line(run)})
    observer.note(Level::info, line);
  if (state.step > 0) observer.note(Level::info, "going on after step " + grouped(state.step));
}

}  // namespace

TrainReport train(const TrainOptions& options, const RunContext& context) {
  check(options);
  Observer& observer = context.observer;
  const data::Manifest manifest = open_checkpoint_folder(options, context);
  const Preparation run(options, observer);
  Learner learner({run.model(), options.optimizer, options.device, options.precision, options.seed});
  TrainingState state = load_state(options.out, learner).value_or(TrainingState{});
  state.bf16 = learner.bf16();
  introduce(run, learner, state, observer);
  if (manifest.complete) {
    observer.note(Level::info, "this run is complete: nothing to do");
    return report_of(state, run, 0);
  }
  write_texts(options.out, run, card_of(options, run));
  if (run.initial() && state.step == 0) start_from_initial(options, run, learner, observer);
  const auto start = std::chrono::steady_clock::now();
  const auto record_id = [&](std::uint32_t record) { return std::string(run.store()[record].id); };
  run_loop({options, run.source(), run.valid(), record_id, run.total_steps()}, learner, state, observer);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  finish(options, run, state, manifest);
  return report_of(state, run, seconds);
}

}  // namespace udrl::train
