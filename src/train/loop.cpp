// The loop, top to bottom: take a batch, step, log, evaluate, sample, save, stop when asked. Not for: what a step
// computes (learner.cpp), how batches are made (batches.cpp), or when a run should end (watch.cpp).
#include "loop.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include "checkpoints.hpp"
#include "metrics.hpp"
#include "sampling.hpp"
#include "speed.hpp"
#include "trouble.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/train/schedule.hpp"

namespace udrl::train {
namespace {

constexpr std::uint64_t steps_until_estimate = 10;

class Loop {
 public:
  Loop(const LoopInput& input, Learner& learner, TrainingState& state, Observer& observer)
      : options_(input.options),
        run_(input.run),
        description_(input.description),
        learner_(learner),
        state_(state),
        observer_(observer),
        resumed_(state.step),
        saved_(state.step),
        speed_({state.tokens, seconds_before(options_.out / metrics_file, state.step), input.machine_rate}),
        stream_(std::in_place, run_.source(state.step), state.cursor),
        metrics_(options_.out / metrics_file, state.step),
        sampler_(options_, run_, state.step) {}

  void run() {
    if (resumed_ > 0 && due(options_.watch.sample_every) && !sampler_.take_missing(resumed_, learner_, observer_))
      throw_stopped();
    while (!finished()) {
      speed_.begin_step();
      batch_ = stream_->next();
      const double share = learning_rate_share(options_.schedule, state_.step, run_.total_steps());
      result_ = learner_.step(batch_, state_.step, share);
      speed_.end_step(step_operations(run_.model(), batch_));
      advance();
      check_loss();
      log(share);
      if (state_.step == run_.plain_steps()) begin_records();
      if (due(options_.valid_every)) evaluate();
      save_due_ = save_due_ || due(options_.save_every);
      if (save_due_ && is_calm()) save();
      const bool cut_off =
          is_calm() && due(options_.watch.sample_every) && !sampler_.take(state_.step, learner_, observer_);
      const bool stopping = cut_off || (is_calm() && stop_requested() && !finished());
      if (stopping && saved_ != state_.step) save();
      if (due(options_.valid_every) || stopping) report(stopping);
      if (stopping) throw_stopped();
    }
  }

 private:
  bool finished() const {
    return state_.step >= run_.total_steps() || is_over(state_.plateau, options_.watch.patience);
  }
  /// While a loss may be taking off, the state saved last stays: the next steps tell.
  bool is_calm() const { return finished() || state_.trend.high == 0; }
  bool due(int every) const {
    return every > 0 && (finished() || state_.step % static_cast<std::uint64_t>(every) == 0);
  }

  void advance() {
    ++state_.step;
    state_.tokens += static_cast<std::uint64_t>(batch_.tokens());
    state_.targets += static_cast<std::uint64_t>(batch_.targets());
    state_.cursor = stream_->cursor();
    smoothed_ = smoothed_ == 0 ? result_.loss : 0.95 * smoothed_ + 0.05 * result_.loss;
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
    if (!result_.finite) refuse("the gradient is");
    const double usual = state_.trend.mean;
    if (!is_spike(state_.trend, result_.loss, options_.watch.spike)) return;
    fail(spiked(usual, bad_step(), learner_));
  }

  void log(double share) {
    line_ = {};
    line_.step = state_.step;
    line_.loss = result_.loss;
    line_.grad_norm = result_.grad_norm;
    line_.lr = share * options_.optimizer.lr;
    line_.tokens = state_.tokens;
    line_.targets = state_.targets;
    line_.tokens_per_s = speed_.tokens_per_s(state_.tokens);
    line_.seconds = speed_.seconds();
    line_.arithmetic = speed_.arithmetic();
    line_.plain = state_.step <= run_.plain_steps();
    // A step that is evaluated gets its line when its validation loss is known.
    if (!due(options_.valid_every)) metrics_.append(to_json(line_));
    show();
    if (state_.step - resumed_ == steps_until_estimate) tell_time();
  }

  void show() {
    std::string detail = (line_.plain ? "plain text  loss " : "loss ") + fixed(smoothed_, 3);
    if (last_valid_) detail += "  valid " + fixed(*last_valid_, 3);
    detail += "  " + fixed(line_.tokens_per_s, 0) + " tok/s";
    if (line_.arithmetic > 0) detail += "  " + fixed(100 * line_.arithmetic, 0) + "% of arithmetic";
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
    line_.valid = summed_up(learner_.evaluate(run_.valid()), run_.valid_samples(), run_.fitted());
    const double loss = line_.valid->loss;
    if (!std::isfinite(loss)) refuse("the validation loss is");
    last_valid_ = loss;
    line_.seconds = speed_.seconds();
    metrics_.append(to_json(line_));
    if (!line_.plain) take_in(state_.plateau, loss, options_.watch.least_improvement);
    if (state_.best_valid && loss >= *state_.best_valid) return;
    state_.best_valid = loss;
    state_.best_step = state_.step;
    learner_.save_model(options_.out / student::files::weights);
  }

  void save() {
    check_weights();
    metrics_.sync();
    save_state(options_.out, state_, learner_);
    keep_checkpoint(options_.out, state_.step, options_.watch.keep, learner_);
    save_due_ = false;
    saved_ = state_.step;
  }

  /// A page takes longer the longer the run is: one that is not the last waits until those before it have taken no more
  /// than a hundredth of the time.
  void report(bool is_last) {
    if (!is_last && !finished() && reporting_s_ > speed_.run_seconds() / 100) return;
    const double start = speed_.run_seconds();
    write_run_report(options_.out, description_);
    reporting_s_ += speed_.run_seconds() - start;
  }

  /// A step with a finite loss and gradient can still leave weights that are not.
  void check_weights() {
    if (!learner_.is_finite()) refuse("a weight is");
  }

  BadStep bad_step() const {
    return {state_.step, batch_, result_, [this](std::uint32_t i) { return run_.record_name(state_.step, i); }};
  }

  [[noreturn]] void refuse(const std::string& what) { fail(not_finite(what, bad_step(), learner_)); }

  /// The curves up to here say more than the error can.
  [[noreturn]] void fail(const Error& error) {
    RunDescription failed = description_;
    failed.trouble = error.what();
    try {
      write_run_report(options_.out, failed);
    } catch (const Error&) {  // it must not hide the other
    }
    throw error;
  }

  [[noreturn]] void throw_stopped() const {
    throw stopped_error("training was stopped after step " + std::to_string(state_.step) + " of " +
                            std::to_string(run_.total_steps()) + "; everything is saved",
                        "run the same command again to go on from there");
  }

  const TrainOptions& options_;
  const Preparation& run_;
  const RunDescription& description_;
  Learner& learner_;
  TrainingState& state_;
  Observer& observer_;
  std::uint64_t resumed_, saved_;  // steps
  Speed speed_;
  std::optional<BatchStream> stream_;  // of the phase that the next step is in
  StepLog metrics_;
  Sampler sampler_;
  Step batch_;         // the step that is taken,
  StepResult result_;  // what it did,
  Metrics line_;       // and its line
  bool save_due_ = false;
  double smoothed_ = 0, reporting_s_ = 0;
  std::optional<double> last_valid_;
};

}  // namespace

void run_loop(const LoopInput& input, Learner& learner, TrainingState& state, Observer& observer) {
  Loop(input, learner, state, observer).run();
}

}  // namespace udrl::train
