// A GPT-2 that learns: forward, loss, gradient, update. For: the loop. Not for: data, schedules or what is printed.
// LibTorch is behind the pimpl.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/batches.hpp"
#include "ranks/ranks.hpp"
#include "udrl/student/config.hpp"
#include "udrl/student/transformers_folder.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

/// What a critic makes of an answer: log_prob · its mean log-probability + state · the mean of its last hidden states.
/// Neither is learned: the model learns states of which this says how good an answer is.
struct CriticHead {
  double log_prob = 0;
  std::vector<float> state;  ///< [width]
  double weight = 0;         ///< of its error in the loss
};

struct TrainerOptions {
  student::StudentConfig model;
  OptimizerOptions optimizer;
  Device device = Device::automatic;
  Precision precision = Precision::automatic;
  std::uint64_t seed = 1;
  student::GemmChoice gemm_backend = student::GemmChoice::automatic;
  int pass_tokens = 1024;                ///< positions of a forward pass, for which the libraries are timed
  std::filesystem::path gemm_file = {};  ///< where trainers agree on what `auto` is; empty: each for itself
  const Ranks* ranks = nullptr;          ///< the processes that share each step; null: this one alone
  CriticHead critic = {};                ///< for steps with judged answers
  /// Students whose mean distribution is learned beside the targets, in steps that distil, and its share. They are read
  /// when the trainer is made. Null: none.
  const std::vector<student::TransformersFolder>* ensemble = nullptr;
  double ensemble_share = 0;
};

/// What a step did. Where `finite` is false the weights are as they were before it.
struct StepResult {
  /// Nats a target token, over the whole step; their weighted mean where targets have weights. Of the targets alone,
  /// whatever is learned beside them.
  double loss = 0;
  double grad_norm = 0;  ///< before clipping
  bool finite = true;
  std::vector<std::size_t> bad_micro_batches;  ///< those whose own loss is not finite
  /// Of judged answers: the mean square of what the critic makes of one less its return, both less their request's
  /// mean. 1 is what a critic that says nothing leaves.
  double critic_error = 0;
};

/// What one sequence costs.
struct SequenceLoss {
  std::uint32_t record = 0;  ///< as in the micro-batch
  double loss = 0;           ///< nats, summed over its target tokens
  std::uint64_t targets = 0;
};

struct EvaluationResult {
  double loss = 0;  ///< nats a target token
  std::uint64_t targets = 0;
  std::vector<SequenceLoss> sequences = {};
};

class Trainer {
 public:
  /// Throws `Error` (user) where the device cannot be had here.
  explicit Trainer(const TrainerOptions& options);
  ~Trainer();
  Trainer(Trainer&&) noexcept;

  /// One optimizer step. To the loss is added weight · critic_error, where the step has judged answers. The rest is
  /// summed over all target tokens and divided by their number in the whole step. Where they have weights it is the sum
  /// of weight · loss, divided by the weight of the whole step. `step_index` seeds dropout; `lr_share` scales all
  /// learning rates.
  StepResult step(const Step& step, std::uint64_t step_index, double lr_share);
  /// Lanes are parts of a step, a power of two, each of which some process computes: gradients are added within each,
  /// then lane to lane in one order, so that the sum is the same however many processes share them. At first, one a
  /// process. Throws `Error` (user) where there are more processes than lanes.
  void use_lanes(int lanes);
  /// With the weights that are saved by `save_model` (the averaged ones, where they are kept). Several processes share
  /// the batches.
  EvaluationResult evaluate(std::span<const MicroBatch> batches);
  /// With the weights as the last step left them.
  std::vector<SequenceLoss> losses(std::span<const MicroBatch> batches) const;

  /// model.safetensors: float32, transformers' names.
  void save_model(const std::filesystem::path& file) const;
  /// Reads weights in the layout of model.safetensors, with which an average begins too; shapes must agree.
  void load_model(const std::filesystem::path& file);
  /// Weights, moments and averaged weights, with `metadata` in the same file, so that they cannot disagree.
  void save_state(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) const;
  std::map<std::string, std::string> load_state(const std::filesystem::path& file);

  /// "cpu, 2 threads, fp32, oneDNN".
  std::string description() const;
  bool bf16() const;
  Device device() const;  ///< not automatic
  /// Floating-point operations a second that its products would do at the best rate measured for each; see
  /// student::GemmPlan.
  double best_rate() const;
  /// Whether every weight is; a step with a finite gradient can leave others.
  bool is_finite() const;
  std::uint64_t parameter_count() const;
  /// The gradients of the last `step`, for tests: name → values in row-major order. Empty before the first.
  std::map<std::string, std::vector<float>> gradients() const;

 private:
  struct Impl;
  class WithAverages;
  std::unique_ptr<Impl> impl_;
};

/// Before data are prepared: throws `Error` (user) where the device cannot be had here, or not by so many processes.
void check_device(Device wanted, int processes);
/// Throws `Error` (user) where there are more processes than lanes (`Trainer::use_lanes`).
void check_lanes(int lanes, int processes);

/// The precision that "auto" stands for on this device: "bf16" or "fp32".
Precision automatic_precision(Device device);
/// The device that "auto" stands for here: "cuda" or "cpu".
Device automatic_device();

}  // namespace udrl::train
