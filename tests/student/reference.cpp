#include "reference.hpp"

#include <cmath>

namespace tiny {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

// y = x W + b with W [in, out], row-major.
Row affine(const Row& x, const std::vector<float>& w, const std::vector<float>& b) {
  Row y(b.begin(), b.end());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t o = 0; o < y.size(); ++o) y[o] += x[i] * w[i * y.size() + o];
  return y;
}

Row layer_norm(const Row& x, const std::vector<float>& w, const std::vector<float>& b, double epsilon) {
  double mean = 0, variance = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) variance += (v - mean) * (v - mean) / static_cast<double>(x.size());
  Row y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] - mean) / std::sqrt(variance + epsilon) * w[i] + b[i];
  return y;
}

double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}

Row softmax(Row x) {
  double top = x[0], total = 0;
  for (const double v : x) top = std::max(top, v);
  for (double& v : x) total += v = std::exp(v - top);
  for (double& v : x) v /= total;
  return x;
}

struct Model {
  const udrl::student::StudentConfig& config;
  const Weights& weights;

  Row norm(const Row& x, const std::string& name) const {
    return layer_norm(x, weights.at(name + ".weight"), weights.at(name + ".bias"), config.layer_norm_epsilon);
  }
  Row linear(const Row& x, const std::string& name) const {
    return affine(x, weights.at(name + ".weight"), weights.at(name + ".bias"));
  }

  // What position `t` gathers from positions 0 … t; rows of `qkv` hold query, key, value, each heads × size.
  Row attend(const Rows& qkv, std::size_t t) const {
    const auto width = static_cast<std::size_t>(config.n_embd), size = static_cast<std::size_t>(config.head_size());
    Row gathered(width, 0.0);
    for (std::size_t head = 0; head < width; head += size) {
      Row scores(t + 1, 0.0);
      for (std::size_t s = 0; s <= t; ++s)
        for (std::size_t i = head; i < head + size; ++i)
          scores[s] += qkv[t][i] * qkv[s][width + i] / std::sqrt(static_cast<double>(size));
      scores = softmax(scores);
      for (std::size_t s = 0; s <= t; ++s)
        for (std::size_t i = head; i < head + size; ++i) gathered[i] += scores[s] * qkv[s][2 * width + i];
    }
    return gathered;
  }

  static void add(Row& x, const Row& y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  void block(Rows& x, const std::string& name) const {
    Rows qkv;
    for (const Row& row : x) qkv.push_back(linear(norm(row, name + "ln_1"), name + "attn.c_attn"));
    for (std::size_t t = 0; t < x.size(); ++t) add(x[t], linear(attend(qkv, t), name + "attn.c_proj"));
    for (Row& row : x) {
      Row hidden = linear(norm(row, name + "ln_2"), name + "mlp.c_fc");
      for (double& v : hidden) v = gelu(v);
      add(row, linear(hidden, name + "mlp.c_proj"));
    }
  }

  Row embedded(int id, std::size_t position) const {
    const auto width = static_cast<std::size_t>(config.n_embd);
    Row x(width);
    for (std::size_t i = 0; i < width; ++i)
      x[i] = static_cast<double>(weights.at("transformer.wte.weight")[static_cast<std::size_t>(id) * width + i]) +
             weights.at("transformer.wpe.weight")[position * width + i];
    return x;
  }

  Row head(const Row& x) const {
    const std::vector<float>& wte = weights.at("transformer.wte.weight");
    Row logits(static_cast<std::size_t>(config.vocab_size), 0.0);
    for (std::size_t v = 0; v < logits.size(); ++v)
      for (std::size_t i = 0; i < x.size(); ++i) logits[v] += x[i] * wte[v * x.size() + i];
    return logits;
  }
};

}  // namespace

std::vector<std::vector<double>> reference_logits(const udrl::student::StudentConfig& config, const Weights& weights,
                                                  const std::vector<int>& ids) {
  const Model model{config, weights};
  Rows x;
  for (std::size_t t = 0; t < ids.size(); ++t) x.push_back(model.embedded(ids[t], t));
  for (int layer = 0; layer < config.n_layer; ++layer) model.block(x, "transformer.h." + std::to_string(layer) + ".");
  Rows logits;
  for (const Row& row : x) logits.push_back(model.head(model.norm(row, "transformer.ln_f")));
  return logits;
}

}  // namespace tiny
