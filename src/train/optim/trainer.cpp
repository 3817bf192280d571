// Forward, loss, gradient, update. Not for: the model (student/model/gpt2.cpp), the update rules (optimizers.cpp).
// Shapes: B sequences, T positions, C width, N target positions, V vocabulary.
#include "trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <cstdlib>

#include "critic_loss.hpp"
#include "ensemble.hpp"
#include "memory.hpp"
#include "optimizers.hpp"
#include "rows.hpp"
#include "tensor_files.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/student/gpt2.hpp"
#include "udrl/student/safetensors.hpp"

namespace udrl::train {
namespace {

at::Device device_of(Device wanted) {
  const Device device = wanted == Device::automatic ? automatic_device() : wanted;
  if (device == Device::cuda && automatic_device() != Device::cuda) {
    throw user_error("there is no CUDA device that LibTorch can use")
        .hint("use device = cpu, or install a CUDA build of LibTorch (UDRL_TORCH in scripts/setup.sh)");
  }
  return at::Device(to_string(device));
}

Device kind_of(at::Device device) { return device.is_cuda() ? Device::cuda : Device::cpu; }

bool bf16_of(const TrainerOptions& options, at::Device device) {
  const Precision precision =
      options.precision == Precision::automatic ? automatic_precision(kind_of(device)) : options.precision;
  return precision == Precision::bf16;
}

/// What each target has of a step's weight; undefined where all weigh alike. Divided before it is float32, where a
/// weight may be too small to be held.
at::Tensor shares(const MicroBatch& batch, double step_weight, at::Device device) {
  if (batch.weights.empty()) return {};
  std::vector<float> out;
  for (const double weight : batch.weights) out.push_back(static_cast<float>(weight / step_weight));
  return to_tensor(out, device);
}

/// A run that goes on comes to the same bits. On processors it does so anyway; on a GPU LibTorch otherwise adds up in
/// any order, where threads meet.
void ask_for_determinism(at::Device device) {
  if (!device.is_cuda()) return;
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicFillUninitializedMemory(false);  // it would fill all that is about to be written
  at::globalContext().setSDPUseCuDNN(false);  // its gradient of attention is added up in any order, warned of or not
}

constexpr const char* gemm_key = "gemm";  // in a state's metadata

}  // namespace

void check_device(Device wanted, int processes) {
  if (!device_of(wanted).is_cuda() || processes == 1) return;
  throw user_error("several processes share a run on processors only")
      .got(std::to_string(processes) + " processes on a GPU")
      .hint("start one process on the GPU, or all with --device cpu");
}

void check_lanes(int lanes, int processes) {
  if (lanes >= processes && lanes % processes == 0) return;
  throw user_error("the run adds up gradients in fewer parts than there are processes")
      .expected("at most " + std::to_string(lanes) + " processes")
      .got(std::to_string(processes))
      .hint("start fewer processes, or begin anew with --batch.lanes " + std::to_string(processes));
}

Device automatic_device() { return at::hasCUDA() ? Device::cuda : Device::cpu; }

Precision automatic_precision(Device device) {
  const bool fast = device == Device::cuda || processor_description().find("AVX512_BF16") != std::string::npos;
  return fast ? Precision::bf16 : Precision::fp32;
}

struct Trainer::Impl {
  explicit Impl(const TrainerOptions& from)
      : options(from),
        device(device_of(from.device)),
        mode{bf16_of(from, device), true, 0},
        model(from.model, from.seed, device),
        ensemble(from.ensemble != nullptr ? Ensemble(*from.ensemble, from.ensemble_share, device) : Ensemble()),
        optimizers(make_optimizers(model.parameters(), from.optimizer, mode.bf16)) {
    ask_for_determinism(device);
    at::set_num_threads(compute_threads());
    use(chosen_gemm());
    if (options.optimizer.ema > 0) {
      for (const auto& parameter : model.parameters()) averaged.push_back(parameter.value.detach().clone());
    }
  }

  std::vector<at::Tensor> values() const {
    std::vector<at::Tensor> out;
    for (const auto& parameter : model.parameters()) out.push_back(parameter.value);
    return out;
  }

  /// Of the parameters, each behind the other in `all`, aligned for vector instructions.
  std::vector<at::Tensor> parts_of(const at::Tensor& all) const {
    std::vector<at::Tensor> out;
    std::int64_t at = 0;
    for (const at::Tensor& value : values()) {
      out.push_back(all.narrow(0, at, value.numel()).view(value.sizes()));
      at += aligned(value.numel());
    }
    return out;
  }

  static std::int64_t aligned(std::int64_t elements) { return (elements + 15) / 16 * 16; }

  std::int64_t gradient_size() const {
    std::int64_t size = 0;
    for (const at::Tensor& value : values()) size += aligned(value.numel());
    return size;
  }

  std::vector<at::Tensor> grads() const {
    std::vector<at::Tensor> out;
    for (const auto& parameter : model.parameters()) out.push_back(parameter.value.grad());
    return out;
  }

  /// Backward passes add to the sum of this depth from now on, which is begun at zero. The sums are kept: gradients
  /// that came and went among a step's activations would leave holes that no later step fits into.
  void begin_sum(std::size_t depth) {
    const c10::NoGradGuard no_grad;
    if (sums.size() <= depth)
      sums.push_back(at::empty({gradient_size()}, model.parameters().front().value.options().requires_grad(false)));
    sums[depth].zero_();
    point_at_sum(depth);
  }

  void point_at_sum(std::size_t depth) const {
    const std::vector<at::Tensor> parts = parts_of(sums[depth]), all = values();
    for (std::size_t i = 0; i < all.size(); ++i) all[i].mutable_grad() = parts[i];
  }

  student::GemmQuestion gemm_question() const {
    return {options.model, options.pass_tokens, kind_of(device), mode.bf16, options.gemm_backend};
  }

  student::GemmPlan chosen_gemm() const {
    const student::GemmQuestion question = gemm_question();
    student::GemmPlan chosen = student::GemmPlan::measure(question);
    if (!options.gemm_file.empty()) chosen.agree_with(options.gemm_file, question);
    return chosen;
  }

  void use(const student::GemmPlan& chosen) {
    gemm = chosen;
    model.use(gemm);
    ensemble.use(gemm);
    student::use_backend(gemm.others());
  }

  /// Goes on with the libraries that a run was begun with, so that its sums are rounded as they were.
  void resume_with(const std::string& text, const std::string& where) {
    student::GemmPlan chosen = gemm;
    chosen.go_on_with(text, where, gemm_question());
    use(chosen);
  }

  /// Leaves the gradient of the mean loss; returns each micro-batch's part of it. Both over all processes.
  std::vector<double> backward(const Step& step, RandomStream random) {
    critic_error = 0;
    std::vector<std::uint64_t> seeds;
    for (std::size_t i = 0; i <= step.micro_batches.size(); ++i) seeds.push_back(std::uint64_t{random()} << 16);
    const int lanes_here = lanes / ranks->size();
    std::vector<at::Tensor> parts(step.micro_batches.size());
    add_lanes(step, seeds, ranks->rank() * lanes_here, lanes_here, 0, parts);
    ranks->add_up(sums.front());
    ranks->add_up(std::span<double>(&critic_error, 1));
    point_at_sum(0);
    return summed_losses(parts);
  }

  /// Leaves the sum of these lanes' gradients at `depth`: of their halves, so that it is the same sum however many
  /// processes the halves are divided among.
  void add_lanes(const Step& step, const std::vector<std::uint64_t>& seeds, int first, int count, std::size_t depth,
                 std::vector<at::Tensor>& parts) {
    if (count == 1) return run_lane(step, seeds, first, depth, parts);
    add_lanes(step, seeds, first, count / 2, depth, parts);
    add_lanes(step, seeds, first + count / 2, count / 2, depth + 1, parts);
    const c10::NoGradGuard no_grad;
    sums[depth].add_(sums[depth + 1]);
  }

  /// A lane is every micro-batch of a stretch of the step, one after the other.
  void run_lane(const Step& step, const std::vector<std::uint64_t>& seeds, int lane, std::size_t depth,
                std::vector<at::Tensor>& parts) {
    begin_sum(depth);
    const double weight = step.weight();
    const std::size_t all = step.micro_batches.size(), n = static_cast<std::size_t>(lanes);
    const std::size_t begin = all * static_cast<std::size_t>(lane) / n,
                      end = all * static_cast<std::size_t>(lane + 1) / n;
    if (lane == 0 && step.judged != nullptr) {
      const student::ForwardMode how = seeded(seeds.back());
      critic_error =
          learn_critic(model, learned_rows(model, step.judged->answers, how), *step.judged, options.critic, how);
    }
    for (std::size_t i = begin; i < end; ++i) {
      parts[i] = learn(step.micro_batches[i], weight, step.distils, seeded(seeds[i]));
    }
  }

  /// For one pass. LibTorch's own dropout, of attention over long sequences, draws from its generator: what was drawn
  /// before, and so which process it was drawn in, must not matter.
  student::ForwardMode seeded(std::uint64_t seed) const {
    at::manual_seed(seed);
    return {mode.bf16, true, seed};
  }

  /// Adds a forward pass's part of the gradient of a step of that weight; returns its part of the loss.
  at::Tensor learn(const MicroBatch& batch, double step_weight, bool distils, student::ForwardMode how) const {
    const at::Tensor shares_N = shares(batch, step_weight, device), targets_N = to_tensor(batch.targets, device);
    const student::Mixture mixture = distils ? ensemble.of(batch, how) : student::Mixture();
    const student::Mixture* beside = mixture.models.empty() ? nullptr : &mixture;
    const at::Tensor rows_NC = learned_rows(model, batch, how);
    if (shares_N.defined()) return (model.learn(rows_NC, targets_N, 1, how, shares_N, beside) * shares_N).sum();
    return model.learn(rows_NC, targets_N, 1 / step_weight, how, {}, beside).sum() / step_weight;
  }

  std::vector<double> summed_losses(const std::vector<at::Tensor>& parts) const {
    std::vector<double> out(parts.size());
    std::vector<std::size_t> places;
    std::vector<at::Tensor> here;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i].defined()) places.push_back(i), here.push_back(parts[i]);
    const at::Tensor all = here.empty() ? at::Tensor() : at::stack(here).to(at::kCPU).to(at::kDouble);
    for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = all.data_ptr<double>()[i];
    ranks->add_up(std::span<double>(out));
    return out;
  }

  double clip_gradient(double largest) {
    std::vector<at::Tensor> all = grads();
    const double norm = at::stack(at::_foreach_norm(all)).norm().item<double>();
    if (largest > 0 && norm > largest) at::_foreach_mul_(all, largest / (norm + 1e-6));
    return norm;
  }

  void update(double lr_share, std::uint64_t step_index) {
    for (auto& optimizer : optimizers) optimizer->step(lr_share);
    if (averaged.empty()) return;
    const double n = static_cast<double>(step_index), decay = std::min(options.optimizer.ema, (1 + n) / (10 + n));
    at::_foreach_lerp_(averaged, values(), 1 - decay);
  }

  /// Of each of the batch's sequences.
  std::vector<SequenceLoss> sequence_losses(const MicroBatch& batch) const {
    std::vector<SequenceLoss> out;
    for (const std::uint32_t record : batch.records) out.push_back({record});
    const student::ForwardMode how{mode.bf16, false, 0};
    const at::Tensor losses =
        on_cpu(model.losses(learned_rows(model, batch, how), to_tensor(batch.targets, device), how));
    for (std::size_t i = 0; i < batch.targets.size(); ++i) {
      SequenceLoss& one = out[static_cast<std::size_t>(batch.positions[i] / batch.width)];
      one.loss += losses.data_ptr<float>()[i];
      ++one.targets;
    }
    return out;
  }

  /// Of all sequences; each process reads every so many-th batch.
  std::vector<SequenceLoss> shared_losses(std::span<const MicroBatch> batches) const {
    const c10::NoGradGuard no_grad;
    std::vector<SequenceLoss> out;
    std::vector<double> sums_and_targets;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const bool is_here = i % static_cast<std::size_t>(ranks->size()) == static_cast<std::size_t>(ranks->rank());
      const std::vector<SequenceLoss> here = is_here ? sequence_losses(batches[i]) : std::vector<SequenceLoss>();
      for (std::size_t row = 0; row < batches[i].records.size(); ++row) {
        out.push_back({batches[i].records[row]});
        sums_and_targets.push_back(is_here ? here[row].loss : 0);
        sums_and_targets.push_back(is_here ? static_cast<double>(here[row].targets) : 0);
      }
    }
    ranks->add_up(std::span<double>(sums_and_targets));
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i].loss = sums_and_targets[2 * i];
      out[i].targets = static_cast<std::uint64_t>(sums_and_targets[2 * i + 1]);
    }
    return out;
  }

  const std::vector<at::Tensor> evaluated() const { return averaged.empty() ? values() : averaged; }

  std::vector<NamedTensor> named(const std::string& prefix, const std::vector<at::Tensor>& tensors) const {
    std::vector<NamedTensor> out;
    for (std::size_t i = 0; i < tensors.size(); ++i) out.push_back({prefix + model.parameters()[i].name, tensors[i]});
    return out;
  }

  std::vector<NamedTensor> state() const {
    std::vector<NamedTensor> out = named("weights.", values());
    for (const NamedTensor& tensor : named("ema.", averaged)) out.push_back(tensor);
    for (const auto& optimizer : optimizers) {
      for (const NamedTensor& tensor : optimizer->state()) out.push_back(tensor);
    }
    return out;
  }

  /// Exchanges the weights and their averages, if any.
  void exchange() {
    const c10::NoGradGuard no_grad;
    for (std::size_t i = 0; i < averaged.size(); ++i) {
      const at::Tensor kept = averaged[i].clone();
      averaged[i].copy_(model.parameters()[i].value);
      at::Tensor(model.parameters()[i].value).copy_(kept);
    }
  }

  TrainerOptions options;
  at::Device device;
  student::ForwardMode mode;
  student::Gpt2 model;
  Ensemble ensemble;
  student::GemmPlan gemm;
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  std::vector<at::Tensor> averaged;
  const Ranks alone{};
  const Ranks* ranks = options.ranks != nullptr ? options.ranks : &alone;
  int lanes = ranks->size();
  std::vector<at::Tensor> sums;  ///< of gradients, in one piece each, by depth
  double critic_error = 0;       ///< of the last step
};

/// The averaged weights, if any, in the place of the live ones while it lives, whatever is thrown.
class Trainer::WithAverages {
 public:
  explicit WithAverages(Impl& impl) : impl_(impl) { impl_.exchange(); }
  ~WithAverages() { impl_.exchange(); }
  WithAverages(const WithAverages&) = delete;
  WithAverages& operator=(const WithAverages&) = delete;

 private:
  Impl& impl_;
};

Trainer::Trainer(const TrainerOptions& options) {
  keep_freed_memory();
  impl_ = std::make_unique<Impl>(options);
}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;

StepResult Trainer::step(const Step& step, std::uint64_t step_index, double lr_share) {
  if (step.targets() == 0) throw failure("a training step has no token to learn");
  StepResult result;
  const std::vector<double> parts =
      impl_->backward(step, {impl_->options.seed, "dropout:" + std::to_string(step_index)});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    result.loss += parts[i];
    if (!std::isfinite(parts[i])) result.bad_micro_batches.push_back(i);
  }
  const c10::NoGradGuard no_grad;
  result.critic_error = impl_->critic_error;
  result.grad_norm = impl_->clip_gradient(impl_->options.optimizer.clip);
  result.finite = std::isfinite(result.loss) && std::isfinite(result.critic_error) && std::isfinite(result.grad_norm);
  if (result.finite) impl_->update(lr_share, step_index);
  return result;
}

EvaluationResult Trainer::evaluate(std::span<const MicroBatch> batches) {
  EvaluationResult result;
  {
    const WithAverages with(*impl_);
    result.sequences = impl_->shared_losses(batches);
  }
  double sum = 0;
  for (const SequenceLoss& one : result.sequences) {
    sum += one.loss;
    result.targets += one.targets;
  }
  result.loss = result.targets > 0 ? sum / static_cast<double>(result.targets) : 0;
  return result;
}

std::vector<SequenceLoss> Trainer::losses(std::span<const MicroBatch> batches) const {
  const c10::NoGradGuard no_grad;
  std::vector<SequenceLoss> out;
  for (const MicroBatch& batch : batches)
    for (const SequenceLoss& one : impl_->sequence_losses(batch)) out.push_back(one);
  return out;
}

void Trainer::save_model(const std::filesystem::path& file) const {
  write_tensors(file, impl_->named("", impl_->evaluated()), {{"format", "pt"}});
}

void Trainer::load_model(const std::filesystem::path& file) {
  read_tensors(student::SafetensorsFile(file), impl_->named("", impl_->values()));
  const c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < impl_->averaged.size(); ++i) impl_->averaged[i].copy_(impl_->values()[i]);
}

void Trainer::save_state(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) const {
  std::map<std::string, std::string> all = metadata;
  all[gemm_key] = impl_->gemm.to_text();
  write_tensors(file, impl_->state(), all);
}

std::map<std::string, std::string> Trainer::load_state(const std::filesystem::path& file) {
  const student::SafetensorsFile open(file);
  read_tensors(open, impl_->state());
  const auto gemm = open.metadata().find(gemm_key);
  if (gemm != open.metadata().end()) impl_->resume_with(gemm->second, file.string());
  return open.metadata();
}

void Trainer::use_lanes(int lanes) {
  check_lanes(lanes, impl_->ranks->size());
  impl_->lanes = lanes;
  for (const auto& optimizer : impl_->optimizers) optimizer->divide(*impl_->ranks, lanes);
}

std::string Trainer::description() const {
  const std::string threads = impl_->device.is_cuda() ? "" : ", " + std::to_string(compute_threads()) + " threads";
  return to_string(device()) + threads + (impl_->mode.bf16 ? ", bf16" : ", fp32, " + impl_->gemm.description());
}

Device Trainer::device() const { return kind_of(impl_->device); }

double Trainer::best_rate() const { return impl_->gemm.best_rate(); }

bool Trainer::bf16() const { return impl_->mode.bf16; }

bool Trainer::is_finite() const {
  const c10::NoGradGuard no_grad;
  return std::isfinite(at::stack(at::_foreach_norm(impl_->values())).norm().item<double>());
}

std::uint64_t Trainer::parameter_count() const { return impl_->options.model.parameter_count(); }

std::map<std::string, std::vector<float>> Trainer::gradients() const {
  std::map<std::string, std::vector<float>> out;
  for (const auto& parameter : impl_->model.parameters()) {
    if (!parameter.value.grad().defined()) continue;
    const at::Tensor grad = on_cpu(parameter.value.grad());
    out[parameter.name].assign(grad.data_ptr<float>(), grad.data_ptr<float>() + grad.numel());
  }
  return out;
}

}  // namespace udrl::train
