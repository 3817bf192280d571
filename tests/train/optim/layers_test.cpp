// The layers' own gradients against autograd's, and the choice of libraries.
#include "model/layers.hpp"

#include <nlohmann/json.hpp>

#include "aten.hpp"
#include "leaves.hpp"
#include "model/gelu.hpp"
#include "train/helpers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/gemm.hpp"

using namespace udrl;
using namespace udrl::student;
using udrl::train::testing::backward;
using udrl::train::testing::copy_of;
using udrl::train::testing::difference;
using udrl::train::testing::drawn;
using udrl::train::testing::TempFolder;

TEST_CASE("GELU and its gradient are LibTorch's") {
  at::Tensor x = at::cat({at::linspace(-12, 12, 9001), at::tensor({1e-30, -1e30, 1e30, 0.0}, at::kFloat)});
  const at::Tensor expected_x = copy_of(x);
  x = copy_of(x);
  const at::Tensor y = tanh_gelu(x), expected = at::gelu(expected_x, "tanh");
  CHECK((y - expected).narrow(0, 0, 9001).abs().max().item<double>() < 3e-6);
  CHECK(at::allclose(y.narrow(0, 9001, 4), at::tensor({5e-31, 0.0, 1e30, 0.0}, at::kFloat), 1e-6, 1e-4));
  backward(y), backward(expected);
  CHECK(difference(x.grad().narrow(0, 0, 9001), expected_x.grad().narrow(0, 0, 9001)) < 2e-6);
}

TEST_CASE("GELU of what is not a number is not a number") {
  CHECK(at::isnan(tanh_gelu(at::full({100}, std::numeric_limits<float>::quiet_NaN()))).all().item<bool>());
}

TEST_CASE("A linear layer adds to the gradients that are there") {
  const Linear linear{Weight(drawn({6, 10})), drawn({10}), {}};
  const at::Tensor weight = copy_of(linear.weight_IO.value()), bias = copy_of(linear.bias_O);
  for (int pass = 0; pass < 2; ++pass) {
    const at::Tensor x = drawn({7, 6}), expected_x = copy_of(x);
    const at::Tensor y = linear(x, false), expected = at::addmm(bias, expected_x, weight);
    CHECK(difference(y, expected) < 1e-5);
    backward(y), backward(expected);
    CHECK(difference(x.grad(), expected_x.grad()) < 1e-5);
    CHECK(difference(linear.weight_IO.value().grad(), weight.grad()) < 1e-5);
    CHECK(difference(linear.bias_O.grad(), bias.grad()) < 1e-5);
  }
}

TEST_CASE("A linear layer in bfloat16 sums its gradients in float32, and sees a weight that has changed") {
  const Linear linear{Weight(drawn({6, 10})), drawn({10}), {}};
  const at::Tensor x = drawn({7, 6});
  const at::Tensor y = linear(x, true);
  CHECK(y.scalar_type() == at::kBFloat16);
  backward(y);
  CHECK(linear.weight_IO.value().grad().scalar_type() == at::kFloat);
  CHECK(linear.bias_O.grad().scalar_type() == at::kFloat);
  CHECK(x.grad().scalar_type() == at::kFloat);
  linear.weight_IO.value().detach().zero_();
  CHECK(difference(linear(x, true), linear.bias_O.to(at::kBFloat16).expand({7, 10})) == 0);
}

TEST_CASE("The embedding adds up what a token gets at each of its places") {
  const at::Tensor wte = drawn({9, 40}), wpe = drawn({5, 40}),
                   ids = at::tensor({3, 1, 3, 3, 8, 1}, at::kLong).view({2, 3});
  const at::Tensor expected_wte = copy_of(wte), expected_wpe = copy_of(wpe);
  for (int pass = 0; pass < 2; ++pass) {
    const at::Tensor y = embed(wte, wpe, ids);
    const at::Tensor expected = (at::embedding(expected_wte, ids) + expected_wpe.narrow(0, 0, 3)).view({6, 40});
    CHECK(y.equal(expected));
    backward(y), backward(expected);
  }
  CHECK(difference(wte.grad(), expected_wte.grad()) < 1e-5);
  CHECK(difference(wpe.grad(), expected_wpe.grad()) < 1e-5);
}

TEST_CASE("Heads are split off and put together again, and what fills up the rows is nothing") {
  const RowShape shape{2, 3, 8};  // two rows of filler
  const std::int64_t heads = 2, size = 5, width = heads * size;
  const at::Tensor qkv = drawn({shape.rows, 3 * width}), expected_qkv = copy_of(qkv);
  const at::Tensor expected_3ATD = expected_qkv.narrow(0, 0, 6)
                                       .view({2, 3, 3, heads, size})
                                       .permute({2, 0, 3, 1, 4})
                                       .reshape({3, 2 * heads, 3, size});
  const auto [q, k, v] = split_heads(qkv, shape, heads, at::kFloat);
  CHECK(q.equal(expected_3ATD[0]));
  CHECK(k.equal(expected_3ATD[1]));
  CHECK(v.equal(expected_3ATD[2]));
  const at::Tensor merged = merge_heads(at::sin(q) + at::cos(k) * v, shape, heads, at::kFloat);
  const at::Tensor expected = (at::sin(expected_3ATD[0]) + at::cos(expected_3ATD[1]) * expected_3ATD[2])
                                  .view({2, heads, 3, size})
                                  .transpose(1, 2)
                                  .reshape({6, width});
  CHECK(merged.narrow(0, 0, 6).equal(expected));
  CHECK(merged.narrow(0, 6, 2).equal(at::zeros({2, width})));
  backward(merged), backward(expected);
  CHECK(qkv.grad().narrow(0, 0, 6).equal(expected_qkv.grad().narrow(0, 0, 6)));
  CHECK(qkv.grad().narrow(0, 6, 2).equal(at::zeros({2, 3 * width})));
}

TEST_CASE("Heads of bfloat16 rows are float32 within, and their gradients bfloat16 again") {
  const RowShape shape{1, 2, 3};
  const at::Tensor qkv = drawn({3, 6}).to(at::kBFloat16).detach().requires_grad_();
  const auto [q, k, v] = split_heads(qkv, shape, 1, at::kFloat);
  CHECK(q.scalar_type() == at::kFloat);
  CHECK(q.equal(qkv.detach().narrow(0, 0, 2).narrow(1, 0, 2).to(at::kFloat).view({1, 2, 2})));
  const at::Tensor merged = merge_heads(q * k + v, shape, 1, at::kBFloat16);
  CHECK(merged.scalar_type() == at::kBFloat16);
  backward(merged.to(at::kFloat));
  CHECK(qkv.grad().scalar_type() == at::kBFloat16);
  const at::Tensor of_merged = at::arange(6, at::kFloat).sin().to(at::kBFloat16).view({3, 2});
  CHECK(qkv.grad().narrow(0, 0, 2).narrow(1, 4, 2).equal(of_merged.narrow(0, 0, 2)));
  CHECK(qkv.grad().narrow(0, 2, 1).equal(at::zeros({1, 6}, at::kBFloat16)));
}

TEST_CASE("The head in chunks loses and learns as the whole") {
  const std::int64_t vocab = 30'000, rows = 600, width = 8;  // three chunks, the last one filled up
  const Head head{Weight(drawn({vocab, width}, 0.3)), {}};
  const at::Tensor wte = copy_of(head.wte_VC.value()), hidden = drawn({rows, width}),
                   targets = at::randint(vocab, {rows});
  const at::Tensor expected = at::cross_entropy_loss(hidden.matmul(wte.t()), targets, {}, at::Reduction::None);
  (expected.sum() * 0.25).backward();

  const HeadResult without = head(hidden.detach(), targets, std::nullopt, false);
  CHECK(difference(without.losses_N, expected) < 1e-5);
  CHECK(!without.gradient_NC.defined());
  CHECK(!head.wte_VC.value().grad().defined());
  const HeadResult result = head(hidden.detach(), targets, 0.25, false);
  CHECK(difference(result.losses_N, expected) < 1e-5);
  CHECK(difference(result.gradient_NC, hidden.grad()) < 1e-6);
  CHECK(difference(head.wte_VC.value().grad(), wte.grad()) < 1e-5);
  const HeadResult half = head(hidden.detach(), targets, 0.25, true);
  CHECK(difference(half.losses_N, expected) < 0.1);
  CHECK(difference(half.gradient_NC, hidden.grad()) < 0.01);
}

TEST_CASE("The head learns from each row by its weight, and loses as without") {
  const std::int64_t vocab = 30'000, rows = 600, width = 8;  // three chunks, the last one filled up
  const Head head{Weight(drawn({vocab, width}, 0.3)), {}};
  const at::Tensor wte = copy_of(head.wte_VC.value()), hidden = drawn({rows, width}),
                   targets = at::randint(vocab, {rows}), weights = at::rand({rows});
  const at::Tensor expected = at::cross_entropy_loss(hidden.matmul(wte.t()), targets, {}, at::Reduction::None);
  ((expected * weights).sum() * 0.25).backward();

  const HeadResult result = head(hidden.detach(), targets, 0.25, false, weights);
  CHECK(difference(result.losses_N, expected) < 1e-5);
  CHECK(difference(result.gradient_NC, hidden.grad()) < 1e-6);
  CHECK(difference(head.wte_VC.value().grad(), wte.grad()) < 1e-5);
  const HeadResult without = head(hidden.detach(), targets, 0.25, false),
                   ones = head(hidden.detach(), targets, 0.25, false, at::ones({rows}));
  CHECK(ones.gradient_NC.equal(without.gradient_NC));
  const HeadResult half = head(hidden.detach(), targets, 0.25, true, weights);
  CHECK(difference(half.losses_N, expected) < 0.1);
  CHECK(difference(half.gradient_NC, hidden.grad()) < 0.01);
}

TEST_CASE("Libraries are chosen by time, written down and read back") {
  StudentConfig model;
  model.n_embd = 64;
  model.n_layer = 2;
  const GemmBackend before = current_backend();
  GemmPlan gemm = GemmPlan::measure({model, 128});
  CHECK(current_backend() == before);
  CHECK(gemm.best_rate() > 1e7);
  GemmPlan other;
  other.read_text(gemm.to_text(), "here");
  CHECK(other.to_text() == gemm.to_text());
  other.read_text(R"({"others": "onednn", "layers": {"wte": ["mkl", "onednn", "mkl"]}})", "here");
  CHECK(other.others() == GemmBackend::onednn);
  CHECK(other.of("wte").of(Form::forward) == GemmBackend::mkl);
  CHECK(other.of("wte").of(Form::input_gradient) == GemmBackend::onednn);
  CHECK(other.of("wte").of(Form::weight_gradient) == GemmBackend::mkl);
  CHECK_THROWS_AS(other.read_text("{}", "here"), Error);
}

TEST_CASE("The faster library is chosen, oneDNN where they are nearly as fast") {
  CHECK(faster(1.0, 0.5) == GemmBackend::onednn);
  CHECK(faster(1.0, 1.05) == GemmBackend::onednn);
  CHECK(faster(1.0, 1.2) == GemmBackend::mkl);
}

TEST_CASE("A run that goes on takes its libraries along only to where they can be chosen") {
  const StudentConfig model;
  const std::string text = R"({"others": "onednn", "layers": {"wte": ["mkl", "onednn", "mkl"]}})";
  const auto others = [&](const GemmQuestion& question) {
    GemmPlan gemm;
    gemm.go_on_with(text, "here", question);
    return gemm.others();
  };
  CHECK(others({model, 128, Device::cpu}) == (onednn_is_exact() ? GemmBackend::onednn : GemmBackend::mkl));
  CHECK(others({model, 128, Device::cuda}) == GemmBackend::mkl);
  CHECK(others({model, 128, Device::cpu, /*bf16=*/true}) == GemmBackend::mkl);
}

TEST_CASE("Who asks with the same file gets the libraries of the first") {
  StudentConfig model;
  model.n_embd = 64;
  model.n_layer = 2;
  const GemmQuestion question{model, 128};
  GemmPlan first, second;
  first.read_text(R"({"others": "onednn", "layers": {"wte": ["mkl", "onednn", "mkl"]}})", "here");
  TempFolder folder;
  const auto file = folder.path() / "cache" / "gemm.json";
  first.agree_with(file, question);
  second.agree_with(file, question);
  CHECK((second.to_text() == first.to_text()) == onednn_is_exact());

  StudentConfig wider = model;
  wider.n_embd = 128;
  GemmPlan other;
  other.agree_with(file, {wider, 128});
  CHECK(other.to_text() == GemmPlan().to_text());
  GemmPlan again;
  again.agree_with(file, question);
  CHECK(again.to_text() == second.to_text());
}

TEST_CASE("A file of choices that is damaged or cannot be written is no reason not to train") {
  const GemmQuestion question{StudentConfig{}, 128};
  TempFolder folder;
  const auto file = folder.path() / "gemm.json";
  write_file_atomic(file, "{ cut sho");
  GemmPlan gemm;
  CHECK_NOTHROW(gemm.agree_with(file, question));
  if (onednn_is_exact()) {
    nlohmann::json choices = nlohmann::json::parse(read_file(file));
    choices.front() = nlohmann::json::object();
    write_file_atomic(file, choices.dump());
    CHECK_NOTHROW(gemm.agree_with(file, question));
    CHECK(nlohmann::json::parse(read_file(file)).front().contains("others"));
  }
  CHECK_NOTHROW(gemm.agree_with(file / "below" / "gemm.json", question));
}

TEST_CASE("A library that is asked for multiplies everything, where it is exact") {
  StudentConfig model;
  model.n_embd = 64;
  model.n_layer = 2;
  CHECK(GemmPlan::measure({model, 128, Device::cpu, false, GemmChoice::mkl}).description() == "MKL");
  if (onednn_is_exact()) {
    CHECK(GemmPlan::measure({model, 128, Device::cpu, false, GemmChoice::onednn}).description() == "oneDNN");
  } else {
    CHECK_THROWS_AS(GemmPlan::measure({model, 128, Device::cpu, false, GemmChoice::onednn}), Error);
  }
}
