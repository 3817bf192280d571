// What a critic's error is, and its gradient.
#include <cmath>

#include "catch.hpp"
#include "data/judged.hpp"
#include "optim/trainer.hpp"
#include "train/helpers.hpp"
#include "train/optim/tiny_trainer.hpp"
#include "udrl/base/random.hpp"
#include "udrl/student/safetensors.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

TrainerOptions tiny(double weight, Precision precision = Precision::fp32) {
  TrainerOptions options = tiny_trainer(OptimizerKind::adamw, precision);
  options.optimizer.clip = 0;
  options.critic.weight = weight;
  options.critic.log_prob = 0.3;
  RandomStream random(3, "head");
  for (int i = 0; i < options.model.n_embd; ++i) options.critic.state.push_back(static_cast<float>(random.normal()));
  return options;
}

/// Two requests: three answers and two, of other lengths.
JudgedBatch judged() {
  JudgedBatch batch{batch_of({{{1, 10, 11, 3, 30, 31, 32, 33}, 4},
                              {{1, 10, 11, 3, 34, 35, 36, 30}, 4},
                              {{1, 10, 11, 3, 20, 21, 22, 23, 24}, 4},
                              {{1, 12, 3, 40, 41}, 3},
                              {{1, 12, 3, 42, 43, 44}, 3}}),
                    {},
                    {}};
  const std::vector<std::int64_t> request{0, 0, 0, 1, 1};
  const std::vector<double> value{0.5, -1, 0.5, 0.75, -0.75};
  for (const std::uint32_t row : batch.answers.records) {
    batch.requests.push_back(request[row]);
    batch.returns.push_back(value[row]);
  }
  return batch;
}

Step step_of(const JudgedBatch* judged) {
  Step step;
  step.micro_batches = {batch_of({{{1, 10, 11, 12, 30, 31, 32, 33, 2}, 4}}), batch_of({{{1, 13, 14, 40, 41, 2}, 3}})};
  step.judged = judged;
  return step;
}

using Gradients = std::map<std::string, std::vector<float>>;

Gradients gradients_of(const TrainerOptions& options, const Step& step, int lanes = 1) {
  Trainer trainer(options);
  trainer.use_lanes(lanes);
  trainer.step(step, 0, 0.0);
  return trainer.gradients();
}

Gradients less(Gradients a, const Gradients& b) {
  for (auto& [name, values] : a)
    for (std::size_t i = 0; i < values.size(); ++i) values[i] -= b.at(name)[i];
  return a;
}

/// A model whose `tensor` is moved by `by` in one place.
double error_moved(const TrainerOptions& options, const Step& step, const std::string& tensor, std::size_t place,
                   float by) {
  TempFolder folder;
  Trainer trainer(options);
  trainer.save_model(folder.path() / "m.safetensors");
  const student::SafetensorsFile file(folder.path() / "m.safetensors");
  std::vector<std::vector<float>> values;
  for (const auto& one : file.tensors()) values.emplace_back(one.floats().begin(), one.floats().end());
  std::vector<student::TensorView> tensors(file.tensors().begin(), file.tensors().end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (tensors[i].name == tensor) values[i][place] += by;
    tensors[i].bytes = std::as_bytes(std::span(values[i]));
  }
  student::write_safetensors(folder.path() / "moved.safetensors", tensors, {{"format", "pt"}});
  trainer.load_model(folder.path() / "moved.safetensors");
  return trainer.step(step, 0, 0.0).critic_error;
}

}  // namespace

TEST_CASE("The critic's gradient is that of its error, beside the loss of the step") {
  const JudgedBatch batch = judged();
  const TrainerOptions options = tiny(1);
  const Step with = step_of(&batch), without = step_of(nullptr);
  const Gradients own = less(gradients_of(options, with), gradients_of(options, without));
  TrainerOptions unread = options;
  unread.critic.log_prob = 0;  // the log-probability is read, and not learned: no difference may count it
  const Gradients of_states = less(gradients_of(unread, with), gradients_of(unread, without));
  for (const auto& [tensor, place] :
       std::vector<std::pair<std::string, std::size_t>>{{"transformer.h.0.attn.c_attn.weight", 70},
                                                        {"transformer.h.1.mlp.c_fc.bias", 9},
                                                        {"transformer.wte.weight", 30 * 32 + 4},
                                                        {"transformer.ln_f.weight", 5}}) {
    INFO(tensor);
    const float by = 1e-2F;
    const double slope =
        (error_moved(unread, with, tensor, place, by) - error_moved(unread, with, tensor, place, -by)) / (2 * by);
    CHECK(of_states.at(tensor)[place] == Approx(slope).epsilon(0.05).margin(2e-4));
  }
  CHECK(own.at("transformer.ln_f.weight") != of_states.at("transformer.ln_f.weight"));
}

TEST_CASE("A weight of nothing changes nothing, and lanes come to the same gradient") {
  const JudgedBatch batch = judged();
  const Step with = step_of(&batch);
  CHECK(gradients_of(tiny(0), with) == gradients_of(tiny(0), step_of(nullptr)));
  CHECK(largest_difference(gradients_of(tiny(1), with), gradients_of(tiny(1), with, 2)) < 1e-5);
}

TEST_CASE("What is learned makes the critic right, while the loss is learned too") {
  const JudgedBatch batch = judged();
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    TrainerOptions options = tiny(1, precision);
    options.optimizer.clip = 1;
    Trainer trainer(options);
    const StepResult first = trainer.step(step_of(&batch), 0, 1);
    StepResult last;
    for (std::uint64_t i = 1; i < 80; ++i) last = trainer.step(step_of(&batch), i, 1);
    CHECK(last.critic_error < 0.2 * first.critic_error);
    CHECK(last.loss < 0.5 * first.loss);
  }
}
