// The trainer: loss over the right tokens, micro-batches, optimizers, files. Not for: parity (parity_test.cpp).
#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "optim/trainer.hpp"
#include "train/helpers.hpp"
#include "train/optim/tiny_trainer.hpp"
#include "udrl/base/error.hpp"
#include "udrl/student/safetensors.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

/// Calls f(options) for each optimizer in each precision.
template <class F>
void for_each_way_to_learn(F f) {
  for (const OptimizerKind optimizer : {OptimizerKind::adamw, OptimizerKind::muon}) {
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      INFO(to_string(optimizer) << " in " << to_string(precision));
      f(tiny_trainer(optimizer, precision));
    }
  }
}

const std::vector<Sequence> sequences{
    {{1, 10, 11, 12, 30, 31, 32, 33, 2}, 4}, {{1, 13, 14, 40, 41, 2}, 3}, {{1, 15, 16, 17, 18, 45, 2}, 5}};

Step step_of(const std::vector<std::vector<Sequence>>& micro_batches) {
  Step step;
  for (const auto& batch : micro_batches) step.micro_batches.push_back(batch_of(batch));
  return step;
}

std::vector<float> all_weights(const Trainer& trainer) {
  TempFolder folder;
  trainer.save_model(folder.path() / "m.safetensors");
  const student::SafetensorsFile file(folder.path() / "m.safetensors");
  std::vector<float> out;
  for (const auto& tensor : file.tensors()) out.insert(out.end(), tensor.floats().begin(), tensor.floats().end());
  return out;
}

/// Each target of a sequence weighs what its sequence does; the step is cut into two forward passes.
Step weighted_step(const std::vector<double>& weight_of_sequence) {
  Step step = step_of({{sequences[0]}, {sequences[1], sequences[2]}});
  step.micro_batches[1].records = {1, 2};
  for (MicroBatch& batch : step.micro_batches)
    for (const std::int64_t position : batch.positions) {
      const std::uint32_t record = batch.records[static_cast<std::size_t>(position / batch.width)];
      batch.weights.push_back(weight_of_sequence[record]);
    }
  return step;
}

/// Of a step that leaves the weights as they are.
std::map<std::string, std::vector<float>> gradients_of(const Step& step, int lanes = 1) {
  TrainerOptions options = tiny_trainer();
  options.optimizer.clip = 0;
  Trainer trainer(options);
  trainer.use_lanes(lanes);
  trainer.step(step, 0, 0.0);
  return trainer.gradients();
}

Trainer with_average(double decay) {
  TrainerOptions options = tiny_trainer();
  options.optimizer.ema = decay;
  return Trainer(options);
}

}  // namespace

TEST_CASE("Cutting a step into forward passes changes neither loss nor gradient") {
  Trainer whole(tiny_trainer()), cut(tiny_trainer());
  const StepResult a = whole.step(step_of({sequences}), 0, 0.0);
  const StepResult b = cut.step(step_of({{sequences[0]}, {sequences[1], sequences[2]}}), 0, 0.0);
  CHECK(a.loss == Approx(b.loss).epsilon(1e-6));
  CHECK(largest_difference(whole.gradients(), cut.gradients()) < 1e-6);
}

TEST_CASE("A weighted step loses and learns the weighted mean of what its targets do") {
  const std::vector<double> weights{0.5, 3, 1.25};
  const Step step = weighted_step(weights);
  double loss = 0, total = 0;
  std::map<std::string, std::vector<float>> expected = gradients_of(step_of({sequences}));
  for (auto& [name, values] : expected) std::fill(values.begin(), values.end(), 0.0F);
  for (std::size_t i = 0; i < sequences.size(); ++i) total += weights[i] * sequences[i].targets();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const Step alone = step_of({{sequences[i]}});
    const double share = weights[i] * sequences[i].targets() / total;
    loss += share * Trainer(tiny_trainer()).step(alone, 0, 0.0).loss;
    for (const auto& [name, values] : gradients_of(alone))
      for (std::size_t j = 0; j < values.size(); ++j) expected[name][j] += static_cast<float>(share * values[j]);
  }
  CHECK(Trainer(tiny_trainer()).step(step, 0, 0.0).loss == Approx(loss).epsilon(1e-6));
  CHECK(largest_difference(expected, gradients_of(step)) < 1e-6);
  CHECK(largest_difference(gradients_of(step), gradients_of(step, 2)) < 1e-6);
  CHECK(largest_difference(gradients_of(step), gradients_of(step_of({sequences}))) > 1e-3);
}

TEST_CASE("What a forward pass drops does not depend on the passes before it, long sequences too") {
  TrainerOptions options = tiny_trainer();
  options.model.n_positions = 300;  // attention over more than 256 positions is LibTorch's own
  options.model.dropout = 0.2;
  Sequence lengthy{{1}, 4};
  for (int i = 0; i < 298; ++i) lengthy.ids.push_back(3 + i % 40);
  lengthy.ids.push_back(2);
  const auto loss_behind = [&](const Sequence& first) {
    Step step = step_of({{first}, {lengthy}});
    for (const std::size_t i : {0, 1})  // the first weighs nothing
      step.micro_batches[i].weights.assign(step.micro_batches[i].targets.size(), static_cast<double>(i));
    return Trainer(options).step(step, 0, 0.0).loss;
  };
  CHECK(loss_behind(sequences[0]) == loss_behind(lengthy));
}

TEST_CASE("Equal weights, however small, are as none") {
  const Step none = step_of({{sequences[0]}, {sequences[1], sequences[2]}});
  for (const double weight : {1.0, 2.0, 1e-60}) {
    INFO(weight);
    const Step equal = weighted_step({weight, weight, weight});
    CHECK(Trainer(tiny_trainer()).step(equal, 0, 0.0).loss ==
          Approx(Trainer(tiny_trainer()).step(none, 0, 0.0).loss).epsilon(1e-6));
    CHECK(largest_difference(gradients_of(none), gradients_of(equal)) < 1e-7);
  }
}

TEST_CASE("Weights do not change what an evaluation says") {
  Trainer trainer(tiny_trainer());
  const Step weighted = weighted_step({0.5, 3, 1.25}), none = step_of({{sequences[0]}, {sequences[1], sequences[2]}});
  CHECK(trainer.evaluate(weighted.micro_batches).loss == trainer.evaluate(none.micro_batches).loss);
}

TEST_CASE("An evaluation says what each sequence costs, whatever it is batched with") {
  Trainer trainer(tiny_trainer());
  const EvaluationResult all = trainer.evaluate(step_of({sequences}).micro_batches);
  REQUIRE(all.sequences.size() == sequences.size());
  double sum = 0;
  for (const SequenceLoss& one : all.sequences) {
    const Sequence& sequence = sequences[one.record];
    CHECK(one.targets == static_cast<std::uint64_t>(sequence.targets()));
    CHECK(one.loss / static_cast<double>(one.targets) ==
          Approx(trainer.evaluate(step_of({{sequence}}).micro_batches).loss).epsilon(1e-5));
    sum += one.loss;
  }
  CHECK(all.loss == Approx(sum / static_cast<double>(all.targets)));
}

TEST_CASE("Padding and what it holds change nothing") {
  Step step = step_of({sequences});
  Trainer a(tiny_trainer()), b(tiny_trainer());
  const double loss = a.step(step, 0, 0.0).loss;
  MicroBatch& batch = step.micro_batches[0];
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    const auto length = static_cast<std::int64_t>(sequences[batch.records[static_cast<std::size_t>(row)]].ids.size());
    for (std::int64_t t = length; t < batch.width; ++t) batch.ids[static_cast<std::size_t>(row * batch.width + t)] = 7;
  }
  CHECK(b.step(step, 0, 0.0).loss == Approx(loss).epsilon(1e-7));
  CHECK(largest_difference(a.gradients(), b.gradients()) < 1e-7);
}

TEST_CASE("Only what follows gen is learned") {
  std::vector<Sequence> later = sequences;
  for (Sequence& s : later) s.first_target = s.length() - 1;  // </s> alone
  Trainer trainer(tiny_trainer());
  const double loss = trainer.step(step_of({later}), 0, 0.0).loss;
  CHECK(loss == Approx(std::log(50)).epsilon(0.05));
  double sum = 0;
  for (const Sequence& s : later) sum += Trainer(tiny_trainer()).step(step_of({{s}}), 0, 0.0).loss;
  CHECK(loss == Approx(sum / 3).epsilon(1e-6));
}

TEST_CASE("Both optimizers learn a few sequences by heart, the end token included") {
  for_each_way_to_learn([](TrainerOptions options) {
    options.optimizer.lr = 0.01;
    options.optimizer.weight_decay = 0;
    Trainer trainer(options);
    for (std::uint64_t i = 0; i < 60; ++i) trainer.step(step_of({sequences}), i, 1.0);
    CHECK(trainer.evaluate(step_of({sequences}).micro_batches).loss < 0.05);
    std::vector<Sequence> ends = sequences;
    for (Sequence& s : ends) s.first_target = s.length() - 1;
    CHECK(trainer.evaluate(step_of({ends}).micro_batches).loss < 0.05);
  });
}

TEST_CASE("bfloat16 products give nearly the same loss and gradient") {
  TrainerOptions options = tiny_trainer();
  Trainer exact(options);
  options.precision = Precision::bf16;
  Trainer rough(options);
  CHECK(rough.bf16());
  const StepResult a = exact.step(step_of({sequences}), 0, 0.0), b = rough.step(step_of({sequences}), 0, 0.0);
  CHECK(b.loss == Approx(a.loss).epsilon(0.01));
  CHECK(b.grad_norm == Approx(a.grad_norm).epsilon(0.03));
  CHECK(largest_difference(exact.gradients(), rough.gradients()) < 0.05 * a.grad_norm);
}

TEST_CASE("A step that is not finite leaves the weights and names the forward pass") {
  TrainerOptions options = tiny_trainer();
  Trainer trainer(options);
  trainer.step(step_of({sequences}), 0, 1.0);
  // Weights blown up on purpose: a learning rate no run would survive.
  options.optimizer.lr = 1e30;
  options.optimizer.clip = 0;
  Trainer broken(options);
  broken.step(step_of({sequences}), 0, 1.0);
  const std::vector<float> before = all_weights(broken);
  const StepResult result = broken.step(step_of({{sequences[0]}, {sequences[1]}}), 1, 1.0);
  CHECK_FALSE(result.finite);
  CHECK_FALSE(result.bad_micro_batches.empty());
  CHECK(all_weights(broken) == before);
}

TEST_CASE("A step without a learned token is refused") {
  Step step = step_of({sequences});
  step.micro_batches[0].positions.clear();
  step.micro_batches[0].targets.clear();
  Trainer trainer(tiny_trainer());
  CHECK_THROWS_AS(trainer.step(step, 0, 1.0), Error);
}

TEST_CASE("A saved state goes on bit for bit") {
  for_each_way_to_learn([](TrainerOptions options) {
    options.optimizer.ema = 0.9;
    options.model.dropout = 0.1;
    Trainer straight(options);
    for (std::uint64_t i = 0; i < 6; ++i) straight.step(step_of({sequences}), i, 1.0);
    TempFolder folder;
    {
      Trainer first(options);
      for (std::uint64_t i = 0; i < 3; ++i) first.step(step_of({sequences}), i, 1.0);
      first.save_state(folder.path() / "s.safetensors", {{"step", "3"}});
    }
    options.seed = 1;
    Trainer second(options);
    CHECK(second.load_state(folder.path() / "s.safetensors").at("step") == "3");
    for (std::uint64_t i = 3; i < 6; ++i) second.step(step_of({sequences}), i, 1.0);
    CHECK(all_weights(second) == all_weights(straight));
    second.save_state(folder.path() / "a.safetensors", {});
    straight.save_state(folder.path() / "b.safetensors", {});
    CHECK(read_file(folder.path() / "a.safetensors") == read_file(folder.path() / "b.safetensors"));
  });
}

TEST_CASE("Averaged weights are those that are evaluated and saved, and do not disturb training") {
  Trainer averaged = with_average(0.99), plain = with_average(0);
  for (std::uint64_t i = 0; i < 20; ++i) {
    averaged.step(step_of({sequences}), i, 1.0);
    plain.step(step_of({sequences}), i, 1.0);
    averaged.evaluate(step_of({sequences}).micro_batches);
  }
  CHECK(all_weights(averaged) != all_weights(plain));
  CHECK(averaged.step(step_of({sequences}), 20, 0.0).loss ==
        Approx(plain.step(step_of({sequences}), 20, 0.0).loss).epsilon(1e-6));
}

TEST_CASE("The average of the weights has the decay of its option, and a smaller one in the first steps") {
  Trainer averaged = with_average(0.2), plain = with_average(0);
  std::vector<float> expected = all_weights(plain);
  for (std::uint64_t i = 0; i < 4; ++i) {
    averaged.step(step_of({sequences}), i, 1.0);
    plain.step(step_of({sequences}), i, 1.0);
    const double n = static_cast<double>(i), decay = std::min(0.2, (1 + n) / (10 + n));
    const std::vector<float> now = all_weights(plain);
    for (std::size_t j = 0; j < now.size(); ++j)
      expected[j] += static_cast<float>((1 - decay) * (now[j] - expected[j]));
  }
  const std::vector<float> got = all_weights(averaged);
  REQUIRE(got.size() == expected.size());
  double largest = 0;
  for (std::size_t j = 0; j < got.size(); ++j) largest = std::max(largest, std::abs(double{got[j]} - expected[j]));
  CHECK(largest < 1e-6);
}

TEST_CASE("Fresh weights are spread as GPT-2's") {
  TrainerOptions options = tiny_trainer();
  options.model.n_embd = 64;
  TempFolder folder;
  Trainer(options).save_model(folder.path() / "m.safetensors");
  const student::SafetensorsFile file(folder.path() / "m.safetensors");
  for (const auto& tensor : file.tensors()) {
    INFO(tensor.name);
    double sum = 0, squares = 0;
    for (const float value : tensor.floats()) sum += value, squares += double{value} * value;
    const auto count = static_cast<double>(tensor.floats().size());
    const double mean = sum / count, deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    const bool is_norm = tensor.name.find("ln_") != std::string::npos, is_bias = tensor.name.ends_with("bias");
    const bool is_projection = tensor.name.find("c_proj") != std::string::npos;  // scaled by 1/√(2·layers)
    CHECK(mean == Approx(is_norm && !is_bias ? 1 : 0).margin(0.002));
    CHECK(deviation == Approx(is_norm || is_bias ? 0 : (is_projection ? 0.01 : 0.02)).epsilon(0.05));
  }
}

TEST_CASE("A state of another shape is refused") {
  TempFolder folder;
  Trainer(tiny_trainer()).save_state(folder.path() / "s.safetensors", {});
  TrainerOptions other = tiny_trainer();
  other.model.n_embd = 64;
  Trainer trainer(other);
  CHECK_THROWS_AS(trainer.load_state(folder.path() / "s.safetensors"), Error);
}

TEST_CASE("A device that is not there is refused") {
  if (automatic_device() == Device::cuda) return;
  TrainerOptions options = tiny_trainer();
  options.device = Device::cuda;
  CHECK_THROWS_AS(Trainer(options), Error);
}

namespace {

/// A student as udrl-train writes it, of those weights.
student::TransformersFolder saved(const Trainer& trainer, const student::StudentConfig& model, const fs::path& folder) {
  fs::create_directories(folder);
  write_file_atomic(folder / "config.json", student::to_json(model).dump());
  trainer.save_model(folder / "model.safetensors");
  return student::TransformersFolder(folder);
}

/// Students that know these sequences, each begun with another seed.
std::vector<student::TransformersFolder> ensemble_in(const fs::path& folder, int students) {
  std::vector<student::TransformersFolder> out;
  for (int i = 0; i < students; ++i) {
    TrainerOptions options = tiny_trainer();
    options.seed = static_cast<std::uint64_t>(i) + 10;
    Trainer trainer(options);
    for (std::uint64_t step = 0; step < 5; ++step) trainer.step(step_of({sequences}), step, 1.0);
    out.push_back(saved(trainer, options.model, folder / std::to_string(i)));
  }
  return out;
}

Step distilling(Step step) {
  step.distils = true;
  return step;
}

}  // namespace

TEST_CASE("A student that is told nothing but what it says itself has no gradient") {
  TempFolder folder;
  TrainerOptions options = tiny_trainer();
  options.optimizer.clip = 0;
  std::vector<student::TransformersFolder> same;
  same.push_back(saved(Trainer(options), options.model, folder.path()));
  options.ensemble = &same;
  options.ensemble_share = 1;
  Trainer alone(tiny_trainer()), itself(options);
  const StepResult a = alone.step(step_of({sequences}), 0, 0.0),
                   b = itself.step(distilling(step_of({sequences})), 0, 0.0);
  CHECK(b.loss == Approx(a.loss).epsilon(1e-6));  // of the targets still
  CHECK(b.grad_norm < 1e-6);
}

TEST_CASE("What is distilled goes as far as its share, in lanes and with weights too") {
  TempFolder folder;
  const auto both = ensemble_in(folder.path(), 2);
  const auto gradients = [&](double share, const Step& step, int lanes = 1) {
    TrainerOptions options = tiny_trainer();
    options.optimizer.clip = 0;
    options.ensemble = &both;
    options.ensemble_share = share;
    Trainer trainer(options);
    trainer.use_lanes(lanes);
    trainer.step(step, 0, 0.0);
    return trainer.gradients();
  };
  for (const std::vector<double>& weights : {std::vector<double>{}, {0.5, 3, 1.25}}) {
    const Step plain =
        weights.empty() ? step_of({{sequences[0]}, {sequences[1], sequences[2]}}) : weighted_step(weights);
    const Step step = distilling(plain);
    const auto none = gradients(0, step), all = gradients(1, step), some = gradients(0.3, step);
    CHECK(largest_difference(none, gradients_of(plain)) < 1e-7);
    CHECK(largest_difference(all, none) > 1e-3);
    auto expected = none;
    for (auto& [name, values] : expected)
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(0.7 * values[i] + 0.3 * all.at(name)[i]);
    CHECK(largest_difference(expected, some) < 1e-6);
    CHECK(largest_difference(gradients(0.3, step, 2), some) < 1e-6);
  }
}

TEST_CASE("What one learns of an ensemble is its mean distribution, in both precisions") {
  TempFolder folder;
  const auto both = ensemble_in(folder.path(), 2);
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    INFO(to_string(precision));
    const auto gradients = [&](const std::vector<int>& members) {
      std::vector<student::TransformersFolder> ensemble;
      for (const int one : members) ensemble.emplace_back(folder.path() / std::to_string(one));
      TrainerOptions options = tiny_trainer(OptimizerKind::adamw, precision);
      options.optimizer.clip = 0;
      options.ensemble = &ensemble;
      options.ensemble_share = 1;
      Trainer trainer(options);
      trainer.step(distilling(step_of({sequences})), 0, 0.0);
      return trainer.gradients();
    };
    const auto first = gradients({0}), second = gradients({1}), mean = gradients({0, 1});
    auto expected = first;
    for (auto& [name, values] : expected)
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = (values[i] + second.at(name)[i]) / 2;
    CHECK(largest_difference(expected, mean) < (precision == Precision::fp32 ? 1e-6 : 2e-3));
  }
}
