// Shapes: C width, F width of the feed-forward layer, V vocabulary. Matrices are [in, out], row-major.
#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "udrl/base/error.hpp"

namespace udrl::student {
namespace {

using Row = std::vector<double>;
using Values = std::span<const float>;

Row affine(const Row& x, Values weight_IO, Values bias_O) {
  Row y(bias_O.begin(), bias_O.end());
  const std::size_t width = y.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double factor = x[i];
    const float* row = weight_IO.data() + i * width;
    for (std::size_t o = 0; o < width; ++o) y[o] += factor * static_cast<double>(row[o]);
  }
  return y;
}

Row layer_norm(const Row& x, Values weight, Values bias, double epsilon) {
  const auto n = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double v : x) mean += v / n;
  for (const double v : x) variance += (v - mean) * (v - mean) / n;
  Row y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] =
        (x[i] - mean) / std::sqrt(variance + epsilon) * static_cast<double>(weight[i]) + static_cast<double>(bias[i]);
  return y;
}

double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
}

Row softmax(Row x) {
  const double top = *std::max_element(x.begin(), x.end());
  double total = 0;
  for (double& v : x) total += v = std::exp(v - top);
  for (double& v : x) v /= total;
  return x;
}

void add(Row& x, const Row& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

Reference::Reference(const StudentConfig& config, const SafetensorsFile& weights) : config_(config) {
  const auto of = [&](const std::string& name) { return weights.at("transformer." + name).floats(); };
  tokens_ = of("wte.weight");
  positions_ = of("wpe.weight");
  norm_weight_ = of("ln_f.weight");
  norm_bias_ = of("ln_f.bias");
  for (int i = 0; i < config.n_layer; ++i) {
    const std::string h = "h." + std::to_string(i) + ".";
    layers_.push_back({of(h + "ln_1.weight"),
                       of(h + "ln_1.bias"),
                       of(h + "attn.c_attn.weight"),
                       of(h + "attn.c_attn.bias"),
                       of(h + "attn.c_proj.weight"),
                       of(h + "attn.c_proj.bias"),
                       of(h + "ln_2.weight"),
                       of(h + "ln_2.bias"),
                       of(h + "mlp.c_fc.weight"),
                       of(h + "mlp.c_fc.bias"),
                       of(h + "mlp.c_proj.weight"),
                       of(h + "mlp.c_proj.bias"),
                       {},
                       {}});
  }
}

void Reference::begin_again() {
  read_ = 0;
  for (Layer& layer : layers_) layer.keys.clear(), layer.values.clear();
}

/// What the newest position gathers from all that were read, itself included.
Row Reference::attend(Layer& layer, const Row& x) const {
  const auto width = static_cast<std::ptrdiff_t>(config_.n_embd);
  const auto size = static_cast<std::size_t>(config_.head_size());
  const Row qkv = affine(layer_norm(x, layer.norm1_weight, layer.norm1_bias, config_.layer_norm_epsilon),
                         layer.qkv_weight, layer.qkv_bias);
  layer.keys.emplace_back(qkv.begin() + width, qkv.begin() + 2 * width);
  layer.values.emplace_back(qkv.begin() + 2 * width, qkv.end());
  Row gathered(static_cast<std::size_t>(width), 0.0);
  for (std::size_t head = 0; head < gathered.size(); head += size) {
    Row scores;
    for (const Row& key : layer.keys)
      scores.push_back(dot(&qkv[head], &key[head], size) / std::sqrt(static_cast<double>(size)));
    const Row shares = softmax(std::move(scores));
    for (std::size_t s = 0; s < shares.size(); ++s)
      for (std::size_t i = head; i < head + size; ++i) gathered[i] += shares[s] * layer.values[s][i];
  }
  return affine(gathered, layer.out_weight, layer.out_bias);
}

Row Reference::feed_forward(const Layer& layer, const Row& x) const {
  Row hidden = affine(layer_norm(x, layer.norm2_weight, layer.norm2_bias, config_.layer_norm_epsilon), layer.up_weight,
                      layer.up_bias);
  for (double& v : hidden) v = gelu(v);
  return affine(hidden, layer.down_weight, layer.down_bias);
}

std::vector<double> Reference::read(int id) {
  if (read_ >= static_cast<std::size_t>(config_.n_positions))
    throw failure("a sequence is longer than the model's positions");
  const auto width = static_cast<std::size_t>(config_.n_embd);
  Row x(width);
  for (std::size_t i = 0; i < width; ++i)
    x[i] = static_cast<double>(tokens_[static_cast<std::size_t>(id) * width + i]) +
           static_cast<double>(positions_[read_ * width + i]);
  ++read_;
  for (Layer& layer : layers_) {
    add(x, attend(layer, x));
    add(x, feed_forward(layer, x));
  }
  x = layer_norm(x, norm_weight_, norm_bias_, config_.layer_norm_epsilon);
  Row logits(static_cast<std::size_t>(config_.vocab_size));
  for (std::size_t v = 0; v < logits.size(); ++v)
    for (std::size_t i = 0; i < width; ++i) logits[v] += x[i] * static_cast<double>(tokens_[v * width + i]);
  return logits;
}

}  // namespace udrl::student
