// What stands between the products in bfloat16: against the plain expression in float32, and its differences.
#include "model/bf16_layers.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "aten.hpp"
#include "leaves.hpp"
#include "model/bf16_loops.hpp"

#pragma push_macro("CHECK")
#include <ATen/Parallel.h>
#pragma pop_macro("CHECK")

using namespace udrl::student;
using udrl::train::testing::backward;
using udrl::train::testing::copy_of;
using udrl::train::testing::difference;
using udrl::train::testing::drawn;

namespace {

// More rows than one block of sums, and columns that no vector divides.
constexpr std::int64_t rows = 150, width = 37;

at::Tensor drawn_half(at::IntArrayRef shape, double deviation = 1) {
  return drawn(shape, deviation).detach().to(at::kBFloat16).requires_grad_(true);
}

at::Tensor wide(const at::Tensor& x) { return x.to(at::kFloat); }

/// How far apart, in places of bfloat16: 1 is half a last place at most, which is rounding.
double places(const at::Tensor& got, const at::Tensor& expected) {
  const at::Tensor place = expected.abs() / 256 + 1e-5;
  return ((wide(got) - expected).abs() / place).max().item<double>();
}

double central_difference(const std::function<double(double)>& f, double step) {
  return (f(step) - f(-step)) / (2 * step);
}

double gelu(double x) { return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))); }

/// Values of a contiguous tensor of that type.
template <class T>
const T* values(const at::Tensor& x) {
  return x.const_data_ptr<T>();
}

/// The sum of y · dy over a norm of `x`, and of x · dsum, in double.
double norm_sum(const std::vector<double>& x, const float* weight, const float* bias, const float* dy,
                const float* dsum) {
  double mean = 0, variance = 0, sum = 0;
  for (const double value : x) mean += value / static_cast<double>(x.size());
  for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double normed = (x[c] - mean) / std::sqrt(variance + 1e-5);
    sum += (normed * weight[c] + bias[c]) * dy[c] + x[c] * dsum[c];
  }
  return sum;
}

/// Its gradient with respect to x[at], by differences.
double norm_difference(const float* x, std::size_t at, const float* weight, const float* bias, const float* dy,
                       const float* dsum) {
  return central_difference(
      [&](double step) {
        std::vector<double> moved(x, x + width);
        moved[at] += step;
        return norm_sum(moved, weight, bias, dy, dsum);
      },
      1e-4);
}

struct AttentionSize {
  RowShape shape;
  std::int64_t heads, size;

  std::int64_t width() const { return heads * size; }
  std::int64_t positions() const { return shape.positions(); }
  std::int64_t filler() const { return shape.rows - positions(); }
};

/// Of less than a vector; of several, with a remainder in both directions; whole vectors.
const std::vector<AttentionSize> attention_sizes{{{2, 5, 12}, 2, 3}, {{3, 37, 128}, 2, 81}, {{1, 48, 48}, 1, 64}};

/// Of rows of any type, the positions alone.
at::Tensor plain_attention(const at::Tensor& qkv_NC, const AttentionSize& of, const at::Tensor& dropout_ATT) {
  const at::Tensor qkv_3BHTD = qkv_NC.narrow(0, 0, of.positions())
                                   .view({of.shape.sequences, of.shape.length, 3, of.heads, of.size})
                                   .permute({2, 0, 3, 1, 4});
  const at::Tensor scores =
      at::matmul(qkv_3BHTD[0], qkv_3BHTD[1].transpose(2, 3)) / std::sqrt(static_cast<double>(of.size));
  const at::Tensor mask = at::full_like(scores[0][0], -std::numeric_limits<float>::infinity()).triu_(1);
  at::Tensor weights = at::softmax(scores + mask, -1);
  if (dropout_ATT.defined()) weights = weights * dropout_ATT.to(qkv_NC.scalar_type()).view(weights.sizes());
  return at::matmul(weights, qkv_3BHTD[2]).transpose(1, 2).reshape({of.positions(), of.width()});
}

/// The slope of Σ y · dy along one value of the rows, by differences.
double attention_slope(const at::Tensor& qkv_NC, const AttentionSize& of, const at::Tensor& dropout_ATT,
                       const at::Tensor& dy, std::int64_t row, std::int64_t column) {
  return central_difference(
      [&](double step) {
        const at::Tensor moved = qkv_NC.detach().to(at::kDouble, false, true);
        moved[row][column].add_(step);
        return (plain_attention(moved, of, dropout_ATT) * dy.to(at::kDouble)).sum().item<double>();
      },
      1e-4);
}

struct NormInputs {
  std::int64_t count = rows;
  at::Tensor x = drawn({count, width}), part = drawn_half({count, width}), weight = drawn({width}),
             bias = drawn({width});
  at::Tensor dy = wide(drawn_half({count, width})).detach(), dsum = at::randn({count, width});
};

}  // namespace

TEST_CASE("Bias and GELU of bfloat16 are the plain expression, and its differences on the way back") {
  const at::Tensor h = drawn_half({rows, width}, 3).detach(), bias = at::randn({width}),
                   dy = drawn_half({rows, width}).detach();
  const at::Tensor y = at::empty_like(h), again = at::empty_like(h), dh = dy.clone(), sums = at::zeros({width});
  bias_gelu_forward(values<Bf16>(h), values<float>(bias), y.data_ptr<Bf16>(), {0, rows}, width);
  bias_gelu_backward(values<Bf16>(h), values<float>(bias), again.data_ptr<Bf16>(), dh.data_ptr<Bf16>(),
                     sums.data_ptr<float>(), {0, rows}, width);
  const at::Tensor x = wide(h) + bias, expected = at::gelu(x, "tanh");
  CHECK(places(y, expected) < 1.01);
  CHECK(places(again, expected) < 1.01);
  CHECK(difference(sums, wide(dh).sum(0)) < 1e-4);

  at::Tensor slopes = at::empty_like(x);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double at = values<float>(x)[i];
    slopes.data_ptr<float>()[i] =
        static_cast<float>(central_difference([&](double step) { return gelu(at + step); }, 1e-4));
  }
  CHECK(places(dh, slopes * wide(dy)) < 1.05);
}

TEST_CASE("GELU of bfloat16 is 0 and x far out, and of what is not a number not a number") {
  const at::Tensor bias = at::zeros({5});
  const at::Tensor h = at::tensor({-3e38, -20.0, 20.0, 3e38, 0.0}, at::kFloat).to(at::kBFloat16);
  const at::Tensor nan = at::full({5}, std::numeric_limits<float>::quiet_NaN()).to(at::kBFloat16);
  const auto run = [&](const at::Tensor& from) {
    const at::Tensor y = at::empty_like(from), dh = at::ones_like(from), sums = at::zeros({5});
    bias_gelu_backward(values<Bf16>(from), values<float>(bias), y.data_ptr<Bf16>(), dh.data_ptr<Bf16>(),
                       sums.data_ptr<float>(), {0, 1}, 5);
    return std::pair(wide(y), wide(dh));
  };
  const auto [y, dh] = run(h);
  CHECK(y.narrow(0, 0, 2).abs().max().item<float>() < 1e-30F);
  CHECK(y.narrow(0, 2, 3).equal(wide(h).narrow(0, 2, 3)));
  CHECK(dh.narrow(0, 0, 4).sub(at::tensor({0.0, 0.0, 1.0, 1.0}, at::kFloat)).abs().max().item<float>() < 1e-30F);
  const auto [nan_y, nan_dh] = run(nan);
  CHECK(at::isnan(nan_y).all().item<bool>());
  CHECK(at::isnan(nan_dh).all().item<bool>());
}

TEST_CASE("The feed-forward layer in bfloat16 is the plain expression, and adds to the gradients that are there") {
  const std::int64_t within = 52;
  const Linear in{Weight(drawn({width, within}, 0.3)), drawn({within}), {}},
      out{Weight(drawn({within, width}, 0.3)), drawn({width}), {}};
  const at::Tensor in_weight = copy_of(in.weight_IO.value()), in_bias = copy_of(in.bias_O),
                   out_weight = copy_of(out.weight_IO.value()), out_bias = copy_of(out.bias_O);
  const auto near = [](const at::Tensor& got, const at::Tensor& expected) {
    INFO("of " << expected.abs().max().item<double>() << " off by " << difference(wide(got), expected));
    CHECK(difference(wide(got), expected) < 0.02 * expected.abs().max().item<double>());
  };
  for (int pass = 0; pass < 2; ++pass) {
    const at::Tensor x = drawn_half({rows, width}), expected_x = copy_of(wide(x));
    const at::Tensor y = feed_forward(x, in, out);
    const at::Tensor expected =
        at::addmm(out_bias, at::gelu(at::addmm(in_bias, expected_x, in_weight), "tanh"), out_weight);
    CHECK(y.scalar_type() == at::kBFloat16);
    near(y, expected);
    backward(wide(y)), backward(expected);
    CHECK(x.grad().scalar_type() == at::kBFloat16);
    near(x.grad(), expected_x.grad());
    near(in.weight_IO.value().grad(), in_weight.grad());
    near(in.bias_O.grad(), in_bias.grad());
    near(out.weight_IO.value().grad(), out_weight.grad());
    near(out.bias_O.grad(), out_bias.grad());
    CHECK(in.weight_IO.value().grad().scalar_type() == at::kFloat);
  }
}

TEST_CASE("Attention of bfloat16 rows is the plain expression, and its differences on the way back") {
  for (const AttentionSize& of : attention_sizes) {
    for (const bool drops : {false, true}) {
      const std::int64_t length = of.shape.length, width = of.width();
      INFO(length << " positions, heads of " << of.size << (drops ? ", with" : ", without") << " dropout");
      const at::Tensor dropout_ATT =
          drops ? at::rand({of.shape.sequences * of.heads, length, length}).gt(0.2).to(at::kFloat).mul(1.25)
                : at::Tensor();
      const at::Tensor qkv = drawn_half({of.shape.rows, 3 * width}), expected_qkv = copy_of(wide(qkv)),
                       dy = wide(drawn_half({of.positions(), width})).detach();
      const at::Tensor y = attention(qkv, of.shape, of.heads, dropout_ATT);
      const at::Tensor expected = plain_attention(expected_qkv, of, dropout_ATT);
      CHECK(y.scalar_type() == at::kBFloat16);
      CHECK(places(y.narrow(0, 0, of.positions()), expected) < 1.05);
      CHECK(wide(y).narrow(0, of.positions(), of.filler()).equal(at::zeros({of.filler(), width})));
      (wide(y).narrow(0, 0, of.positions()) * dy).sum().backward();
      (expected * dy).sum().backward();
      CHECK(places(qkv.grad(), expected_qkv.grad()) < 1.1);
      CHECK(wide(qkv.grad()).narrow(0, of.positions(), of.filler()).equal(at::zeros({of.filler(), 3 * width})));

      const std::int64_t row = of.positions() - 3;
      for (const std::int64_t column : {std::int64_t{0}, width - 1, width, 2 * width - 1, 2 * width, 3 * width - 1}) {
        INFO("column " << column);
        const double slope = attention_slope(expected_qkv, of, dropout_ATT, dy, row, column);
        CHECK(wide(qkv.grad())[row][column].item<double>() == Approx(slope).epsilon(1.0 / 128).margin(1e-4));
      }
    }
  }
}

TEST_CASE("Attention is the same whatever the threads") {
  const AttentionSize& of = attention_sizes[1];
  const at::Tensor qkv = drawn_half({of.shape.rows, 3 * of.width()}).detach();
  const auto once = [&](int threads) {
    at::set_num_threads(threads);
    const at::Tensor rows = qkv.clone().requires_grad_(true), y = attention(rows, of.shape, of.heads, {});
    wide(y).square().sum().backward();
    return std::pair(y.detach(), rows.grad());
  };
  const int threads = at::get_num_threads();
  const auto [y_1, gradient_1] = once(1);
  const auto [y_3, gradient_3] = once(3);
  at::set_num_threads(threads);
  CHECK(y_1.equal(y_3));
  CHECK(gradient_1.equal(gradient_3));
}

TEST_CASE("What is not a number in one sequence stays in it") {
  const AttentionSize& of = attention_sizes[0];
  const at::Tensor qkv = drawn_half({of.shape.rows, 3 * of.width()}).detach();
  qkv[1][0] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor y = wide(attention(qkv, of.shape, of.heads, {}));
  CHECK(y[1].isnan().any().item<bool>());
  CHECK_FALSE(y[0].isnan().any().item<bool>());
  CHECK_FALSE(y.narrow(0, of.shape.length, of.shape.length).isnan().any().item<bool>());
}

TEST_CASE("A norm that adds first is the plain expression, and so is its way back") {
  const NormInputs of{};
  const at::Tensor expected_x = copy_of(of.x), weight = copy_of(of.weight), bias = copy_of(of.bias);
  for (int pass = 0; pass < 2; ++pass) {
    const Normed normed = add_and_norm(of.x, of.part, of.weight, of.bias, 1e-5);
    const at::Tensor sum = expected_x + wide(of.part).detach();
    const at::Tensor expected = at::layer_norm(sum, {width}, weight, bias, 1e-5);
    CHECK(normed.sum_NC.equal(sum));
    CHECK(normed.y_NC.scalar_type() == at::kBFloat16);
    CHECK(places(normed.y_NC, expected) < 1.05);
    (wide(normed.y_NC) * of.dy + normed.sum_NC * of.dsum).sum().backward();
    (expected * of.dy + sum * of.dsum).sum().backward();
  }
  CHECK(difference(of.x.grad(), expected_x.grad()) < 1e-4);
  CHECK(difference(of.weight.grad(), weight.grad()) < 1e-3);
  CHECK(difference(of.bias.grad(), bias.grad()) < 1e-3);
}

TEST_CASE("What a norm hands back to the part is what it hands back to the stream, rounded, and the differences") {
  const NormInputs of{};
  const Normed normed = add_and_norm(of.x, of.part, of.weight, of.bias, 1e-5);
  (wide(normed.y_NC) * of.dy + normed.sum_NC * of.dsum).sum().backward();
  CHECK(of.part.grad().equal(of.x.grad().to(at::kBFloat16)));
  const at::Tensor sum = normed.sum_NC.detach(), weight = of.weight.detach(), bias = of.bias.detach();
  for (const std::int64_t row : {0L, 1L, 80L, 149L})
    for (const std::int64_t c : {0L, 15L, 16L, 36L}) {
      const std::int64_t at = row * width;
      INFO(row << ", " << c);
      CHECK(values<float>(of.x.grad())[at + c] ==
            Approx(norm_difference(values<float>(sum) + at, static_cast<std::size_t>(c), values<float>(weight),
                                   values<float>(bias), values<float>(of.dy) + at, values<float>(of.dsum) + at))
                .margin(1e-4));
    }
}

TEST_CASE("A norm of the stream alone adds nothing") {
  const NormInputs of{};
  const at::Tensor expected_x = copy_of(of.x), weight = copy_of(of.weight), bias = copy_of(of.bias);
  const Normed normed = add_and_norm(of.x, {}, of.weight, of.bias, 1e-5);
  const at::Tensor expected = at::layer_norm(expected_x, {width}, weight, bias, 1e-5);
  CHECK(normed.sum_NC.is_same(of.x));
  CHECK(places(normed.y_NC, expected) < 1.05);
  (wide(normed.y_NC) * of.dy).sum().backward();
  (expected * of.dy).sum().backward();
  CHECK(difference(of.x.grad(), expected_x.grad()) < 1e-4);
  CHECK(difference(of.weight.grad(), weight.grad()) < 1e-3);
  CHECK(difference(of.bias.grad(), bias.grad()) < 1e-3);
}

TEST_CASE("Sums over rows of bfloat16 are those of float32, whatever the threads") {
  constexpr std::int64_t many = 1000;  // enough to be worth three threads
  const at::Tensor dy = drawn_half({many, width}).detach();
  const NormInputs of{many};
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> bias_gradients, norm_gradients;
  for (const int count : {1, 2, 3}) {
    at::set_num_threads(count);
    const at::Tensor bias = at::zeros({width}).requires_grad_(true);
    add_column_sums(bias, dy);
    bias_gradients.push_back(bias.grad());
    const at::Tensor weight = copy_of(of.weight);
    wide(add_and_norm(of.x, of.part, weight, of.bias, 1e-5).y_NC).mul(of.dy).sum().backward();
    norm_gradients.push_back(weight.grad());
  }
  at::set_num_threads(threads);
  CHECK(difference(bias_gradients[0], wide(dy).sum(0)) < 1e-4);
  for (std::size_t i = 1; i < bias_gradients.size(); ++i) {
    CHECK(bias_gradients[i].equal(bias_gradients[0]));
    CHECK(norm_gradients[i].equal(norm_gradients[0]));
  }
}

TEST_CASE("bfloat16 is added to float32 as if it were widened first") {
  const at::Tensor sum = at::randn({rows, width}), part = drawn_half({rows, width}).detach();
  const at::Tensor expected = sum + wide(part);
  add_widened(sum, part);
  CHECK(sum.equal(expected));
}

TEST_CASE("The loss of bfloat16 logits and its gradient are the plain expression's, and its differences") {
  const float scale = 0.25F;
  const at::Tensor logits = drawn_half({rows, width}, 4).detach(), targets = at::randint(width, {rows});
  const at::Tensor expected_logits = copy_of(wide(logits)), gradient = logits.clone();
  const at::Tensor expected = at::cross_entropy_loss(expected_logits, targets, {}, at::Reduction::None);
  (expected.sum() * scale).backward();
  std::vector<float> losses, again;
  for (std::int64_t n = 0; n < rows; ++n) {
    const std::int64_t target = values<std::int64_t>(targets)[n];
    losses.push_back(cross_entropy(values<Bf16>(logits) + n * width, width, target));
    again.push_back(cross_entropy_backward(gradient.data_ptr<Bf16>() + n * width, width, target, scale));
  }
  CHECK(difference(at::tensor(losses), expected) < 2e-5);
  CHECK(difference(at::tensor(again), expected) < 2e-5);
  CHECK(places(gradient, expected_logits.grad()) < 1.05);

  const auto loss = [&](std::int64_t n, std::int64_t at, double step) {
    double sum = 0;
    const float* row = values<float>(expected_logits) + n * width;
    for (std::int64_t c = 0; c < width; ++c) sum += std::exp(row[c] + (c == at ? step : 0));
    const std::int64_t target = values<std::int64_t>(targets)[n];
    return scale * (std::log(sum) - row[target] - (target == at ? step : 0));
  };
  for (const std::int64_t c : {0L, 16L, 36L}) {
    const double slope = central_difference([&](double step) { return loss(3, c, step); }, 1e-4);
    CHECK(wide(gradient)[3][c].item<double>() == Approx(slope).epsilon(1.0 / 256).margin(1e-5));
  }
}

TEST_CASE("The loss of logits that are not a number is not a number") {
  const at::Tensor logits = drawn_half({1, width}).detach();
  logits[0][20].fill_(std::numeric_limits<float>::quiet_NaN());
  CHECK(std::isnan(cross_entropy(values<Bf16>(logits), width, 3)));
  CHECK(std::isnan(cross_entropy_backward(logits.data_ptr<Bf16>(), width, 3, 1)));
}
