// The loop, top to bottom: take a batch, step, log, evaluate, sample, save, stop when asked. Not for: what a step
// computes (trainer.cpp), how batches are made (batches.cpp), or when a run should end (early_stopping.cpp).
#include "loop.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include "checkpoints.hpp"
#include "divergence.hpp"
#include "optim/schedule.hpp"
#include "optim/speed.hpp"
#include "report/event_file.hpp"
#include "report/metrics.hpp"
#include "sampling.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::train {
namespace {

constexpr std::uint64_t steps_until_estimate = 10;

class Loop {
 public:
  Loop(const LoopInput& input, Trainer& trainer, TrainingState& state, Observer& observer)
      : options_(input.options),
        run_(input.run),
        description_(input.description),
        trainer_(trainer),
        state_(state),
        observer_(observer),
        ranks_(input.ranks),
        resumed_(state.step),
        saved_(state.step),
        written_(state.step),
        speed_({state.tokens, seconds_before(options_.out / metrics_file, state.step), input.machine_rate}),
        stream_(std::in_place, run_.source(state.step), state.cursor) {
    if (!ranks_.is_first()) return;
    metrics_.emplace(options_.out / metrics_file, state.step);
    sampler_.emplace(options_, run_, state.step);
    if (!options_.tensorboard.empty()) events_.emplace(options_.tensorboard, options_.out / metrics_file, state.step);
  }

  void run() {
    if (resumed_ > 0) catch_up();
    while (!finished()) {
      speed_.begin_step();
      batch_ = stream_->next();
      batch_.judged = run_.judged(state_.step);
      batch_.distils = run_.distils(state_.step);
      const double share = learning_rate_share(options_.schedule, state_.step, run_.total_steps());
      result_ = trainer_.step(batch_, state_.step, share);
      speed_.end_step(operations());
      advance();
      line_ = line_of_step(share);
      check_loss();
      log();
      if (state_.step == run_.plain_steps()) begin_records();
      if (due(options_.valid_every)) evaluate();
      save_due_ = save_due_ || due(options_.save_every);
      if (save_due_ && is_calm()) save();
      const bool stopping = is_asked_to_stop();
      if (stopping && saved_ != state_.step) save();
      if (due(options_.valid_every) || stopping) report(stopping);
      if (stopping) throw_stopped();
    }
  }

 private:
  double operations() const {
    double all = step_operations(run_.model(), batch_);
    for (const auto& student : run_.students())
      if (batch_.distils) all += forward_operations(student.config(), batch_);
    return all;
  }
  bool finished() const {
    return state_.step >= run_.total_steps() || is_over(state_.plateau, options_.early_stopping.patience);
  }
  /// While a loss may be taking off, the state saved last stays: the next steps tell.
  bool is_calm() const { return finished() || state_.trend.high == 0; }
  /// A request to any process stops all of them, where the next steps need not tell first.
  bool is_asked_to_stop() {
    const bool is_asked = ranks_.any(stop_requested() && !finished());
    const bool cuts_sample = is_calm() && !is_asked && due(options_.sample_every) && ranks_.any(!sample());
    return is_calm() && (is_asked || cuts_sample);
  }
  bool due(int every) const {
    return every > 0 && (finished() || state_.step % static_cast<std::uint64_t>(every) == 0);
  }

  /// What a killed run did not come to after it had saved.
  void catch_up() {
    if (ranks_.is_first()) finish_keeping(options_.out, resumed_, options_.keep_last, trainer_, run_.gguf_options());
    const bool samples = sampler_ && due(options_.sample_every);
    if (ranks_.any(samples && !sampler_->take_missing(resumed_, trainer_, observer_))) throw_stopped();
  }

  void advance() {
    ++state_.step;
    state_.tokens += static_cast<std::uint64_t>(batch_.tokens());
    state_.targets += static_cast<std::uint64_t>(batch_.targets());
    state_.cursor = stream_->cursor();
    smoothed_ = smoothed_ == 0 ? result_.loss : 0.95 * smoothed_ + 0.05 * result_.loss;
    smoothed_critic_ =
        smoothed_critic_ == 0 ? result_.critic_error : 0.95 * smoothed_critic_ + 0.05 * result_.critic_error;
  }

  /// The plain text is done. What was usual there says nothing about the records.
  void begin_records() {
    state_.cursor = {};
    state_.trend = {};
    smoothed_ = 0;
    stream_.emplace(run_.source(state_.step), state_.cursor);
    observer_.note(Level::info, "the steps on plain text are done: now the records");
  }

  void check_loss() {
    if (!std::isfinite(result_.loss)) refuse("the loss is");
    if (!std::isfinite(result_.critic_error)) refuse("the critic's error is");
    if (!result_.finite) refuse("the gradient is");
    const double usual = state_.trend.mean;
    const bool spike = is_spike(state_.trend, result_.loss, options_.divergence.deviations);
    if (state_.trend.high == 0) suspects_ = {batch_, state_.step};
    if (state_.trend.high == 1) suspects_.add(batch_, state_.step);
    if (spike) fail(spiked(usual, result_.loss, suspects_of(suspects_), saved(), trainer_));
  }

  Metrics line_of_step(double share) const {
    Metrics line;
    line.step = state_.step;
    line.loss = result_.loss;
    line.grad_norm = result_.grad_norm;
    line.lr = share * options_.optimizer.lr;
    line.tokens = state_.tokens;
    line.targets = state_.targets;
    line.tokens_per_s = speed_.tokens_per_s(state_.tokens);
    line.seconds = speed_.seconds();
    line.mfu = speed_.mfu();
    line.plain = state_.step <= run_.plain_steps();
    if (batch_.judged != nullptr) line.critic_error = result_.critic_error;
    return line;
  }

  void log() {
    // A step that is evaluated gets its line when its validation loss is known.
    if (!due(options_.valid_every)) write_line();
    show();
    if (state_.step - resumed_ == steps_until_estimate) tell_time();
  }

  void write_line() {
    if (std::exchange(written_, state_.step) == state_.step || !ranks_.is_first()) return;
    const Json json = to_json(line_);
    metrics_->append(json);
    if (events_) events_->append(json);
  }

  void show() {
    std::string detail = (line_.plain ? "plain text  loss " : "loss ") + fixed(smoothed_, 3);
    if (last_valid_) detail += "  valid " + fixed(*last_valid_, 3);
    if (line_.critic_error) detail += "  critic " + fixed(smoothed_critic_, 3);
    detail += "  " + fixed(line_.tokens_per_s, 0) + " tok/s";
    if (line_.mfu > 0) detail += "  " + fixed(100 * line_.mfu, 0) + "% MFU";
    observer_.progress({"train", "steps", state_.step, run_.total_steps(), resumed_, detail});
  }

  void tell_time() {
    const auto left = static_cast<double>(run_.total_steps() - state_.step);
    const double minutes = left * speed_.run_seconds() / steps_until_estimate / 60;
    observer_.note(Level::info, "about " + fixed(minutes, 1) + " minutes to go at " + fixed(line_.tokens_per_s, 0) +
                                    " tokens a second");
  }

  void evaluate() {
    check_weights();
    line_.valid = summed_up(trainer_.evaluate(run_.valid()), run_.valid_samples(), run_.fitted());
    const double loss = line_.valid->loss;
    line_.valid_bits_per_byte = run_.bits_per_byte(loss);
    if (!std::isfinite(loss)) fail(not_finite("the validation loss is", validation_set(), saved(), trainer_));
    last_valid_ = loss;
    line_.seconds = speed_.seconds();
    write_line();
    if (!line_.plain) take_in(state_.plateau, loss, options_.early_stopping.min_delta);
    if (state_.best_valid && loss >= *state_.best_valid) return;
    state_.best_valid = loss;
    state_.best_step = state_.step;
    if (ranks_.is_first()) trainer_.save_model(options_.out / student::files::weights);
  }

  void save() {
    check_weights();
    if (ranks_.is_first()) write_state();
    save_due_ = false;
    saved_ = state_.step;
  }

  void write_state() {
    metrics_->sync();
    sampler_->sync();
    save_state(options_.out, state_, trainer_);
    keep_checkpoint(options_.out, state_.step, options_.keep_last, trainer_, run_.gguf_options());
  }

  /// False where a stop request cut it off.
  bool sample() { return !sampler_ || sampler_->take(state_.step, trainer_, observer_); }

  /// A page takes longer the longer the run is: one that is not the last waits until those before it have taken no more
  /// than a hundredth of the time.
  void report(bool is_last) {
    if (!ranks_.is_first()) return;
    if (!is_last && !finished() && reporting_s_ > speed_.run_seconds() / 100) return;
    const double start = speed_.run_seconds();
    write_run_report(options_.out, description_);
    reporting_s_ += speed_.run_seconds() - start;
  }

  /// A step with a finite loss and gradient can still leave weights that are not.
  void check_weights() {
    if (!trainer_.is_finite()) refuse("a weight is");
  }

  Suspects suspects_of(const TakenSteps& steps) const {
    return {steps.name(), steps.batches, [this, &steps](std::uint32_t i) { return run_.record_name(steps.first, i); }};
  }

  Suspects validation_set() const {
    return {"the evaluation after step " + std::to_string(state_.step), run_.valid(),
            [this](std::uint32_t i) { return run_.valid_samples()[i].id; }};
  }

  Saved saved() const {
    const bool has_weights = std::filesystem::exists(options_.out / student::files::weights);
    return {saved_, has_weights ? options_.out : std::filesystem::path()};
  }

  /// The micro-batches whose own loss is not finite are to blame; all where there are none.
  [[noreturn]] void refuse(const std::string& what) {
    TakenSteps step(batch_, state_.step);
    if (!result_.bad_micro_batches.empty()) step.batches.clear();
    for (const std::size_t i : result_.bad_micro_batches) step.batches.push_back(batch_.micro_batches[i]);
    fail(not_finite(what, suspects_of(step), saved(), trainer_));
  }

  /// The curves up to here say more than the error can.
  [[noreturn]] void fail(const Error& error) {
    if (!ranks_.is_first()) {
      ranks_.meet();
      throw failure("this run has failed: its first process says how");
    }
    RunDescription failed = description_;
    failed.stopped_by = error.what();
    try {
      write_line();
      write_run_report(options_.out, failed);
      ranks_.meet();
    } catch (const Error&) {  // it must not hide the other
    }
    throw error;
  }

  /// All together, when the first has saved: launchers end the others once one has gone.
  [[noreturn]] void throw_stopped() const {
    ranks_.meet();
    throw stopped_error("training was stopped after step " + std::to_string(state_.step) + " of " +
                            std::to_string(run_.total_steps()) + "; everything is saved",
                        "run the same command again to go on from there");
  }

  const TrainOptions& options_;
  const Preparation& run_;
  const RunDescription& description_;
  Trainer& trainer_;
  TrainingState& state_;
  Observer& observer_;
  const Ranks& ranks_;
  std::uint64_t resumed_, saved_, written_;  // steps
  Speed speed_;
  std::optional<BatchStream> stream_;  // of the phase that the next step is in
  std::optional<StepLog> metrics_;     // of the first process, as all that writes
  std::optional<EventFile> events_;
  std::optional<SampleWriter> sampler_;
  Step batch_;           // the step that is taken,
  StepResult result_;    // what it did,
  Metrics line_;         // and its line
  TakenSteps suspects_;  // the last step whose loss was as usual, and the first whose was not
  bool save_due_ = false;
  double smoothed_ = 0, smoothed_critic_ = 0, reporting_s_ = 0;
  std::optional<double> last_valid_;
};

}  // namespace

void run_loop(const LoopInput& input, Trainer& trainer, TrainingState& state, Observer& observer) {
  Loop(input, trainer, state, observer).run();
}

}  // namespace udrl::train
