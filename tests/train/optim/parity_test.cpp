// GPT-2 against transformers' GPT2LMHeadModel: goldens of make_goldens.py. Tolerances are named beside each figure.

#include <nlohmann/json.hpp>

#include "aten.hpp"
#include "optim/trainer.hpp"
#include "train/helpers.hpp"
#include "udrl/student/gemm.hpp"
#include "udrl/student/gpt2.hpp"
#include "udrl/student/safetensors.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

constexpr double logits_tolerance = 2e-5;    // absolute; the logits' standard deviation is about 1
constexpr double loss_tolerance = 1e-5;      // relative
constexpr double gradient_tolerance = 1e-5;  // absolute, of every single value; the largest are about 0.3
constexpr double adamw_tolerance =
    2e-4;  // relative, of each of ten losses: AdamW divides small gradients by themselves
constexpr double weight_tolerance = 2e-4;  // absolute, of every weight after ten steps of AdamW, each of 0.003 at most
constexpr double muon_tolerance = 2e-5;    // absolute, of every weight after three steps of Muon, each of about 0.02

struct Golden {
  student::SafetensorsFile file{std::string(UDRL_SOURCE_DIR) + "/tests/train/goldens/gpt2_tiny.safetensors"};
  student::StudentConfig config;
  std::vector<Sequence> sequences;

  Golden() {
    const auto shape = nlohmann::json::parse(file.metadata().at("config"));
    config.vocab_size = shape.at("vocab_size");
    config.n_positions = shape.at("n_positions");
    config.n_embd = shape.at("n_embd");
    config.n_layer = shape.at("n_layer");
    config.n_head = shape.at("n_head");
    const auto listed = nlohmann::json::parse(file.metadata().at("sequences"));
    for (std::size_t i = 0; i < listed.at("ids").size(); ++i) {
      sequences.push_back({listed.at("ids").at(i), listed.at("first_target").at(i)});
    }
  }

  std::vector<float> values(const std::string& name) const {
    const auto floats = file.at(name).floats();
    return {floats.begin(), floats.end()};
  }

  /// A trainer with the golden's weights.
  Trainer trainer(const std::string& optimizer = "adamw", const std::string& gemm = "mkl") const {
    TempFolder folder;
    std::vector<student::TensorView> views;
    for (const auto& spec : student::tensor_specs(config)) {
      views.push_back(student::view_f32(spec.name, spec.shape, file.at("weights." + spec.name).floats()));
    }
    student::write_safetensors(folder.path() / "m.safetensors", views);
    TrainerOptions options;
    options.model = config;
    options.optimizer.name = from_name<OptimizerKind>(optimizer).value();
    options.device = test_device();
    options.precision = Precision::fp32;
    options.gemm_backend = from_name<student::GemmChoice>(gemm).value();
    Trainer out(options);
    out.load_model(folder.path() / "m.safetensors");
    return out;
  }

  Step step() const {
    Step out;
    out.micro_batches.push_back(batch_of(sequences));
    return out;
  }
};

at::Device device() { return at::Device(to_string(test_device())); }

/// The libraries that multiply float32 as such here.
std::vector<std::string> exact_libraries() {
  if (device().is_cpu() && student::onednn_is_exact()) return {"mkl", "onednn"};
  return {"mkl"};
}

void check_close(const std::string& name, const float* got, const std::vector<float>& expected, double tolerance) {
  REQUIRE_FALSE(expected.empty());
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(double{got[i]} - expected[i]);
    if (!(difference <= largest)) largest = difference;  // what is not a number too
  }
  INFO(name << ": largest difference " << largest);
  CHECK(largest <= tolerance);
}

/// A key's bias adds the same to all the scores of a query, so its gradient is 0 but for rounding, which AdamW divides
/// by itself: those thirds of the attention's biases are what they are by chance.
void take_out_key_bias(std::vector<float>& qkv_bias) {
  const auto third = static_cast<std::ptrdiff_t>(qkv_bias.size() / 3);
  std::fill(qkv_bias.begin() + third, qkv_bias.begin() + 2 * third, 0.0F);
}

/// Those that the trainer has now, beside the golden's of this name.
void check_weights(const Trainer& trainer, const Golden& golden, const std::string& prefix, double tolerance) {
  TempFolder folder;
  trainer.save_model(folder.path() / "m.safetensors");
  const student::SafetensorsFile saved(folder.path() / "m.safetensors");
  REQUIRE(saved.tensors().size() == student::tensor_specs(golden.config).size());
  for (const auto& tensor : saved.tensors()) {
    std::vector<float> got(tensor.floats().begin(), tensor.floats().end());
    std::vector<float> expected = golden.values(prefix + tensor.name);
    if (tensor.name.ends_with("attn.c_attn.bias")) {
      take_out_key_bias(got);
      take_out_key_bias(expected);
    }
    check_close(prefix + tensor.name, got.data(), expected, tolerance);
  }
}

}  // namespace

TEST_CASE("Logits are those of transformers") {
  const Golden golden;
  const student::Gpt2 model(golden.config, 1, device());
  for (const auto& parameter : model.parameters()) {
    const auto values = golden.values("weights." + parameter.name);
    REQUIRE(static_cast<std::int64_t>(values.size()) == parameter.value.numel());
    at::Tensor(parameter.value.detach()).copy_(at::tensor(values).view(parameter.value.sizes()));
  }
  const std::vector<float> expected = golden.values("logits");
  std::size_t row = 0;
  for (const Sequence& s : golden.sequences) {
    const std::vector<std::int64_t> ids(s.ids.begin(), s.ids.end());
    const at::Tensor ids_BT = at::tensor(ids, at::kLong).unsqueeze(0).to(device());
    const at::Tensor logits = model.logits(model.hidden(ids_BT)).detach().cpu().contiguous();
    const auto from = expected.begin() + static_cast<std::ptrdiff_t>(row * 67);
    check_close("logits", logits.data_ptr<float>(), {from, from + logits.numel()}, logits_tolerance);
    row += s.ids.size();
  }
}

TEST_CASE("Loss and the gradient of every parameter are those of transformers, by either library") {
  const Golden golden;
  for (const std::string& library : exact_libraries()) {
    Trainer trainer = golden.trainer("adamw", library);
    const StepResult result = trainer.step(golden.step(), 0, 0.0);
    CHECK(result.loss == Approx(golden.values("loss")[0]).epsilon(loss_tolerance));
    const auto gradients = trainer.gradients();  // clipped to norm 1
    REQUIRE(gradients.size() == student::tensor_specs(golden.config).size());
    for (const auto& [name, values] : gradients) {
      std::vector<float> scaled = values;
      for (float& value : scaled) value = static_cast<float>(value * std::max(1.0, result.grad_norm));
      check_close(name + " by " + library, scaled.data(), golden.values("grad." + name), gradient_tolerance);
    }
  }
}

TEST_CASE("Ten steps of AdamW lose what they lose in PyTorch, and leave its weights") {
  const Golden golden;
  Trainer trainer = golden.trainer();
  const std::vector<float> expected = golden.values("adamw_losses");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(trainer.step(golden.step(), i, 1.0).loss == Approx(expected[i]).epsilon(adamw_tolerance));
  }
  check_weights(trainer, golden, "adamw.", weight_tolerance);
}

TEST_CASE("Three steps of Muon leave the weights of its reference") {
  const Golden golden;
  Trainer trainer = golden.trainer("muon");
  for (std::uint64_t i = 0; i < 3; ++i) trainer.step(golden.step(), i, 1.0);
  check_weights(trainer, golden, "muon.", muon_tolerance);
}

// Of 300 tokens LibTorch's tiled attention is taken, of 100 two products.
TEST_CASE("What comes later changes nothing, in a sequence of any length") {
  const student::Gpt2 model({.vocab_size = 67, .n_positions = 320, .n_embd = 32, .n_layer = 2, .n_head = 2}, 1,
                            device());
  const at::Tensor ids_BT = at::arange(600).remainder(61).view({2, 300}).to(device());
  const auto gradient_of_first = [&](std::int64_t length) {
    const at::Tensor hidden_NC = model.hidden(ids_BT.narrow(1, 0, length).contiguous());
    const at::Tensor first = hidden_NC.view({2, length, 32}).narrow(1, 0, 100);
    for (const auto& parameter : model.parameters()) parameter.value.mutable_grad().reset();
    first.square().sum().backward();
    return std::pair(first.detach(), model.parameters()[2].value.grad().clone());
  };
  const auto [whole, whole_gradient] = gradient_of_first(300);
  const auto [prefix, prefix_gradient] = gradient_of_first(100);
  CHECK((whole - prefix).abs().max().item<double>() < 1e-5);
  CHECK((whole_gradient - prefix_gradient).abs().max().item<double>() <
        1e-4 * prefix_gradient.abs().max().item<double>());
}

TEST_CASE("Dropout leaves the mean, drops its share, and is a function of its seed") {
  const student::Gpt2 model(
      {.vocab_size = 67, .n_positions = 64, .n_embd = 64, .n_layer = 1, .n_head = 2, .dropout = 0.25}, 1);
  const at::Tensor ids_BT = at::zeros({8, 64}, at::kLong);
  const auto hidden = [&](student::ForwardMode mode) { return model.hidden(ids_BT, mode).detach(); };
  CHECK(hidden({false, true, 5}).equal(hidden({false, true, 5})));
  CHECK_FALSE(hidden({false, true, 5}).equal(hidden({false, true, 50})));
  CHECK(hidden({false, false, 5}).equal(hidden({false, false, 50})));
  // Averaged over many draws the passes come near to the one without dropout, and single ones do not.
  at::Tensor mean = at::zeros_like(hidden({}));
  for (std::uint64_t i = 0; i < 400; ++i) mean += hidden({false, true, 1000 * i}) / 400;
  const double single = (hidden({false, true, 5}) - hidden({})).abs().mean().item<double>();
  CHECK(single > 0.1);
  CHECK((mean - hidden({})).abs().mean().item<double>() < 0.4 * single);
}
