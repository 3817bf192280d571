// The loop, top to bottom: take a batch, step, log, evaluate, save, stop when asked. Not for: what a step computes
// (learner.cpp), or how batches are made (batches.cpp).
#include "loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/train/schedule.hpp"

namespace udrl::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t steps_until_estimate = 10;
constexpr std::size_t most_ids_named = 8;

std::string format(const char* pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

/// Wall time and tokens of this run, evaluations and saving included.
class Speed {
 public:
  explicit Speed(std::uint64_t tokens_before) : before_(tokens_before) {}
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double tokens_per_s(std::uint64_t tokens) const {
    return static_cast<double>(tokens - before_) / std::max(1e-9, seconds());
  }

 private:
  std::uint64_t before_;
  Clock::time_point start_ = Clock::now();
};

class Loop {
 public:
  Loop(const LoopInput& input, Learner& learner, TrainingState& state, Observer& observer)
      : input_(input),
        learner_(learner),
        state_(state),
        observer_(observer),
        stream_(input.source, state.cursor),
        metrics_(input.options.out, state.step),
        speed_(state.tokens),
        resumed_(state.step) {}

  void run() {
    while (state_.step < input_.total_steps) {
      const Step batch = stream_.next();
      const double share = learning_rate_share(input_.options.schedule, state_.step, input_.total_steps);
      const StepResult result = learner_.step(batch, state_.step, share);
      if (!result.finite) refuse(batch, result);
      advance(batch, result);
      log(result, share);
      if (due(input_.options.valid_every)) evaluate();
      const bool stopping = stop_requested() && !last();
      if (due(input_.options.save_every) || stopping) save();
      if (stopping) throw_stopped();
    }
  }

 private:
  bool last() const { return state_.step == input_.total_steps; }
  bool due(int every) const { return last() || state_.step % static_cast<std::uint64_t>(every) == 0; }

  void advance(const Step& batch, const StepResult& result) {
    ++state_.step;
    state_.tokens += static_cast<std::uint64_t>(batch.tokens());
    state_.cursor = stream_.cursor();
    smoothed_ = smoothed_ == 0 ? result.loss : 0.95 * smoothed_ + 0.05 * result.loss;
  }

  void log(const StepResult& result, double share) {
    const double lr = share * input_.options.optimizer.lr, rate = speed_.tokens_per_s(state_.tokens);
    // A step that is evaluated gets its line when its validation loss is known.
    line_ = {state_.step, result.loss, result.grad_norm, lr, state_.tokens, rate, {}};
    if (!due(input_.options.valid_every)) metrics_.append(line_);
    report(rate);
    if (state_.step - resumed_ == steps_until_estimate) tell_time(rate);
  }

  void report(double rate) {
    std::string detail = format("loss %.3f", smoothed_);
    if (last_valid_) detail += format("  valid %.3f", *last_valid_);
    detail += format("  %.0f tok/s", rate);
    observer_.progress({"train", "steps", state_.step, input_.total_steps, resumed_, detail});
  }

  void tell_time(double rate) {
    const double left = static_cast<double>(input_.total_steps - state_.step) * speed_.seconds() / steps_until_estimate;
    observer_.note(Level::info,
                   format("about %.1f minutes to go", left / 60) + format(" at %.0f tokens a second", rate));
  }

  void evaluate() {
    const double loss = learner_.evaluate(input_.valid).loss;
    last_valid_ = line_.valid_loss = loss;
    metrics_.append(line_);
    metrics_.flush();
    if (state_.best_valid && loss >= *state_.best_valid) return;
    state_.best_valid = loss;
    state_.best_step = state_.step;
    learner_.save_model(input_.options.out / student::files::weights);
  }

  void save() {
    metrics_.flush();
    save_state(input_.options.out, state_, learner_);
  }

  [[noreturn]] void throw_stopped() const {
    throw stopped_error("training was stopped after step " + std::to_string(state_.step) + " of " +
                            std::to_string(input_.total_steps) + "; everything is saved",
                        "run the same command again to go on from there");
  }

  std::string ids(const Step& batch, const StepResult& result) const {
    std::string out;
    std::size_t named = 0, all = 0;
    for (std::size_t i = 0; i < batch.micro_batches.size(); ++i) {
      const auto& bad = result.bad_micro_batches;
      if (!bad.empty() && std::find(bad.begin(), bad.end(), i) == bad.end()) continue;
      for (const std::uint32_t record : batch.micro_batches[i].records) {
        if (++all <= most_ids_named) out += (named++ ? ", " : "") + input_.record_id(record);
      }
    }
    return all > most_ids_named ? out + " and " + std::to_string(all - most_ids_named) + " more" : out;
  }

  [[noreturn]] void refuse(const Step& batch, const StepResult& result) {
    metrics_.flush();
    throw failure(std::isfinite(result.loss) ? "the gradient is not finite" : "the loss is not finite")
        .at("step " + std::to_string(state_.step + 1) + ", records " + ids(batch, result))
        .hint(
            "the weights saved last are untouched; train into another folder with a lower learning rate "
            "(optimizer.lr, optimizer.muon_lr) or a lower optimizer.clip");
  }

  const LoopInput& input_;
  Learner& learner_;
  TrainingState& state_;
  Observer& observer_;
  BatchStream stream_;
  MetricsLog metrics_;
  Speed speed_;
  std::uint64_t resumed_;
  Metrics line_;
  double smoothed_ = 0;
  std::optional<double> last_valid_;
};

}  // namespace

void run_loop(const LoopInput& input, Learner& learner, TrainingState& state, Observer& observer) {
  Loop(input, learner, state, observer).run();
}

}  // namespace udrl::train
