// GPT-2 from tokens to hidden states, its loss and its fresh weights. Gradients come from autograd and from the
// functions of layers.cpp, bf16_layers.cpp, heads.cpp, gelu.cpp and head.cpp. Not for: which tokens are learned, or
// updates (train/optim/trainer.cpp). Shapes: B sequences, T positions, C width, H heads, D = C/H, N = B·T rows, V
// vocabulary.
#include "udrl/student/gpt2.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/util/accumulate.h>

#include <cmath>
#include <limits>
#include <map>

#include "bf16_layers.hpp"
#include "gelu.hpp"
#include "layers.hpp"
#include "parallel.hpp"
#include "udrl/base/random.hpp"

namespace udrl::student {
namespace {

bool ends_with(const std::string& name, std::string_view end) {
  return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

bool is_norm_weight(const std::string& name) {
  return ends_with(name, "ln_1.weight") || ends_with(name, "ln_2.weight") || ends_with(name, "ln_f.weight");
}

at::Tensor drawn(const TensorSpec& spec, double deviation, std::uint64_t seed) {
  at::Tensor values = at::empty(spec.shape, at::kFloat);
  RandomStream random(seed, "weights:" + spec.name);
  float* out = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) out[i] = static_cast<float>(deviation * random.normal());
  return values;
}

at::Tensor fresh(const TensorSpec& spec, const StudentConfig& config, std::uint64_t seed) {
  if (ends_with(spec.name, ".bias")) return at::zeros(spec.shape, at::kFloat);
  if (is_norm_weight(spec.name)) return at::ones(spec.shape, at::kFloat);
  // Each block adds two projections to the residual stream: scaled so that its variance does not grow with depth.
  const double scale = ends_with(spec.name, "c_proj.weight") ? 1.0 / std::sqrt(2.0 * config.n_layer) : 1.0;
  return drawn(spec, config.initializer_range * scale, seed);
}

/// Below this length a processor is several times faster with whole products than with LibTorch's tiled attention.
constexpr std::int64_t longest_by_products = 256;

/// 0 where a position may look, -∞ above the diagonal.
at::Tensor causal_mask(std::int64_t length) {
  return at::full({length, length}, -std::numeric_limits<float>::infinity(), at::kFloat).triu_(1);
}

/// One step of SplitMix64 (Steele et al., 2014): 64 random bits from a counter.
std::uint64_t mixed(std::uint64_t counter) {
  std::uint64_t z = counter * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// Each element from 16 of the bits of its block of four.
template <class Real>
void fill_mask(Real* out, std::int64_t from, std::int64_t to, double rate, std::uint64_t key) {
  const auto dropped = static_cast<std::uint64_t>(std::lround(rate * 65536));
  const Real kept = static_cast<Real>(static_cast<float>(1.0 / (1.0 - rate))), zero = static_cast<Real>(0.0F);
  for (std::int64_t block = from; block < to; ++block) {
    const std::uint64_t bits = mixed(key + static_cast<std::uint64_t>(block));
    for (int i = 0; i < 4; ++i) out[4 * block + i] = ((bits >> (16 * i)) & 0xFFFF) < dropped ? zero : kept;
  }
}

/// 0 with probability `rate`, else 1 / (1 - rate). On processors a function of (seed, index), whatever the threads, and
/// several times faster than LibTorch's own, which would take a fifth of a training step.
at::Tensor dropout_mask(at::IntArrayRef sizes, const at::TensorOptions& options, double rate, std::uint64_t seed) {
  if (options.device().is_cuda()) return at::empty(sizes, options).bernoulli_(1.0 - rate).div_(1.0 - rate);
  const std::int64_t count = c10::multiply_integers(sizes), blocks = (count + 3) / 4;
  const at::Tensor mask = at::empty({4 * blocks}, options);
  at::parallel_for(0, blocks, worth_a_thread(4), [&](std::int64_t from, std::int64_t to) {
    if (mask.scalar_type() == at::kBFloat16)
      return fill_mask(mask.data_ptr<at::BFloat16>(), from, to, rate, mixed(seed));
    fill_mask(mask.data_ptr<float>(), from, to, rate, mixed(seed));
  });
  return mask.narrow(0, 0, count).view(sizes);
}

/// One for `x`.
at::Tensor dropout_mask(const at::Tensor& x, double rate, std::uint64_t seed) {
  return dropout_mask(x.sizes(), x.options(), rate, seed);
}

struct AttentionDropout {
  double rate;  // 0: none
  std::uint64_t seed;
};

/// The mask that `attention_by_products` makes for itself; undefined where nothing is dropped.
at::Tensor weights_mask(RowShape shape, std::int64_t heads, AttentionDropout dropout) {
  if (dropout.rate == 0) return {};
  return dropout_mask({shape.sequences * heads, shape.length, shape.length}, at::kFloat, dropout.rate, dropout.seed);
}

/// Attention as two batched products around a softmax, in float32. A = B·H.
at::Tensor attention_by_products(const std::array<at::Tensor, 3>& qkv_ATD, const at::Tensor& causal_TT,
                                 AttentionDropout dropout) {
  const auto& [q_ATD, k_ATD, v_ATD] = qkv_ATD;
  const std::int64_t length = q_ATD.size(1);
  const double scale = 1.0 / std::sqrt(static_cast<double>(q_ATD.size(2)));
  const at::Tensor mask_ATT = causal_TT.expand({q_ATD.size(0), length, length});
  const at::Tensor scores_ATT = at::baddbmm(mask_ATT, q_ATD, k_ATD.transpose(1, 2), 1, scale);
  at::Tensor weights_ATT = at::softmax(scores_ATT, -1);
  if (dropout.rate > 0) weights_ATT = weights_ATT * dropout_mask(weights_ATT, dropout.rate, dropout.seed);
  return at::bmm(weights_ATT, v_ATD);
}

/// LibTorch's own, whatever the length.
at::Tensor attention_by_library(const std::array<at::Tensor, 3>& qkv_ATD, RowShape shape, double dropout) {
  const auto split = [&](const at::Tensor& x_ATD) {
    return x_ATD.view({shape.sequences, -1, shape.length, x_ATD.size(2)});
  };
  const at::Tensor y_BHTD = at::scaled_dot_product_attention(split(qkv_ATD[0]), split(qkv_ATD[1]), split(qkv_ATD[2]),
                                                             {}, dropout, /*is_causal=*/true);
  return y_BHTD.reshape(qkv_ATD[0].sizes());
}

/// oneDNN compiles a product for each shape that it meets, and keeps it. In bf16 on processors all products of a pass
/// are its own, so positions are filled up to a multiple of this: outside of attention few shapes recur.
constexpr std::int64_t row_step = 128;

std::int64_t rows_for(std::int64_t positions, bool few_shapes) {
  return few_shapes ? at::divup(positions, row_step) * row_step : positions;
}

/// The residual stream, float32. In bfloat16 on processors what is added waits for the norm that follows: sum, norm and
/// the change of type are one pass then.
class Stream {
 public:
  Stream(at::Tensor x_NC, bool waits) : x_NC_(std::move(x_NC)), waits_(waits) {}

  void add(const at::Tensor& part_NC) {
    if (waits_) {
      waiting_NC_ = part_NC;
    } else {
      x_NC_ = x_NC_ + part_NC;
    }
  }

  at::Tensor norm(const at::Tensor& weight_C, const at::Tensor& bias_C, double epsilon) {
    if (!waits_) return at::layer_norm(x_NC_, weight_C.sizes(), weight_C, bias_C, epsilon);
    const Normed normed = add_and_norm(x_NC_, waiting_NC_, weight_C, bias_C, epsilon);
    x_NC_ = normed.sum_NC;
    waiting_NC_.reset();
    return normed.y_NC;
  }

  at::Tensor sum() const { return waiting_NC_.defined() ? x_NC_ + waiting_NC_ : x_NC_; }

 private:
  at::Tensor x_NC_;
  bool waits_;
  at::Tensor waiting_NC_;  // a part of the sum, undefined where there is none
};

/// Of some of the rows, [rows, V].
at::Tensor mean_distribution(const Mixture& mixture, std::int64_t from, std::int64_t rows, ForwardMode mode) {
  at::Tensor sum_NV;
  for (std::size_t i = 0; i < mixture.models.size(); ++i) {
    const at::Tensor p_NV = mixture.models[i]->logits(mixture.hidden_NC[i].narrow(0, from, rows), mode).softmax(1);
    sum_NV = sum_NV.defined() ? sum_NV.add_(p_NV) : p_NV;
  }
  return sum_NV.div_(static_cast<double>(mixture.models.size()));
}

}  // namespace

struct Gpt2::Batch {
  RowShape shape;
  bool by_library;       // LibTorch's own attention
  at::Tensor causal_TT;  // for attention by products; undefined elsewhere
};

struct Gpt2::Block {
  at::Tensor ln_1_weight, ln_1_bias;
  Linear attn, proj;
  at::Tensor ln_2_weight, ln_2_bias;
  Linear fc, out;
  std::uint64_t site;  // of its first dropout
};

struct Gpt2::Layers {
  at::Tensor wpe_TC;
  std::vector<Block> blocks;
  at::Tensor ln_f_weight, ln_f_bias;
  Head head;  // and the token embedding
};

Gpt2::Gpt2(const StudentConfig& config, std::uint64_t seed, at::Device device) : config_(config), device_(device) {
  config_.check();
  for (const TensorSpec& spec : tensor_specs(config_)) {
    parameters_.push_back({spec.name, fresh(spec, config_, seed).to(device).requires_grad_(true)});
  }
  bind_layers();
}

Gpt2::~Gpt2() = default;

void Gpt2::bind_layers() {
  std::map<std::string, at::Tensor> named;
  for (const Parameter& parameter : parameters_) named.emplace(parameter.name, parameter.value);
  const auto get = [&](const std::string& name) { return named.at("transformer." + name); };
  const auto linear = [&](const std::string& name) {
    return Linear{Weight(get(name + ".weight")), get(name + ".bias"), {}};
  };
  layers_ = std::make_unique<Layers>(
      Layers{get("wpe.weight"), {}, get("ln_f.weight"), get("ln_f.bias"), {Weight(get("wte.weight")), {}}});
  for (int layer = 0; layer < config_.n_layer; ++layer) {
    const std::string at = "h." + std::to_string(layer) + ".";
    layers_->blocks.push_back({get(at + "ln_1.weight"), get(at + "ln_1.bias"), linear(at + "attn.c_attn"),
                               linear(at + "attn.c_proj"), get(at + "ln_2.weight"), get(at + "ln_2.bias"),
                               linear(at + "mlp.c_fc"), linear(at + "mlp.c_proj"),
                               static_cast<std::uint64_t>(1 + 3 * layer)});
  }
}

void Gpt2::use(const GemmPlan& gemm) {
  for (Block& block : layers_->blocks) {
    block.attn.gemm = gemm.of("attn.c_attn");
    block.proj.gemm = gemm.of("attn.c_proj");
    block.fc.gemm = gemm.of("mlp.c_fc");
    block.out.gemm = gemm.of("mlp.c_proj");
  }
  layers_->head.gemm = gemm.of("wte");
}

at::Tensor Gpt2::drop(const at::Tensor& x, ForwardMode mode, std::uint64_t site) const {
  if (!mode.training || config_.dropout == 0) return x;
  return x * dropout_mask(x, config_.dropout, mode.dropout_seed + site);
}

at::Tensor Gpt2::norm(const at::Tensor& x_NC, const at::Tensor& weight_C, const at::Tensor& bias_C) const {
  return at::layer_norm(x_NC, {config_.n_embd}, weight_C, bias_C, config_.layer_norm_epsilon);
}

at::Tensor Gpt2::attend(const Block& block, const at::Tensor& x_NC, const Batch& batch, ForwardMode mode) const {
  const at::Tensor qkv_NC = block.attn(x_NC, mode.bf16);
  const AttentionDropout dropout{mode.training ? config_.dropout : 0.0, mode.dropout_seed + block.site};
  at::Tensor y_NC;
  if (!batch.by_library && is_bf16_on_cpu(qkv_NC)) {
    const at::Tensor dropout_ATT = weights_mask(batch.shape, config_.n_head, dropout);
    y_NC = attention(qkv_NC, batch.shape, config_.n_head, dropout_ATT);
  } else {
    const auto qkv_ATD = split_heads(qkv_NC, batch.shape, config_.n_head, qkv_NC.scalar_type());
    const at::Tensor y_ATD = batch.by_library ? attention_by_library(qkv_ATD, batch.shape, dropout.rate)
                                              : attention_by_products(qkv_ATD, batch.causal_TT, dropout);
    y_NC = merge_heads(y_ATD, batch.shape, config_.n_head, qkv_NC.scalar_type());
  }
  return drop(block.proj(y_NC, mode.bf16), mode, block.site + 1);
}

at::Tensor Gpt2::feed_forward(const Block& block, const at::Tensor& x_NC, ForwardMode mode) const {
  const at::Tensor y_NC = is_bf16_on_cpu(x_NC) ? student::feed_forward(x_NC, block.fc, block.out)
                                               : block.out(tanh_gelu(block.fc(x_NC, mode.bf16)), mode.bf16);
  return drop(y_NC, mode, block.site + 2);
}

at::Tensor Gpt2::hidden(const at::Tensor& ids_BT, ForwardMode mode) const {
  const std::int64_t length = ids_BT.size(1), positions = ids_BT.numel();
  Batch batch{{ids_BT.size(0), length, rows_for(positions, mode.bf16 && device_.is_cpu())},
              !device_.is_cpu() || length > longest_by_products,
              {}};
  if (!batch.by_library && !mode.bf16) batch.causal_TT = causal_mask(length);
  at::Tensor x_NC = embed(layers_->head.wte_VC.value(), layers_->wpe_TC, ids_BT);
  if (batch.shape.rows > positions) x_NC = at::constant_pad_nd(x_NC, {0, 0, 0, batch.shape.rows - positions});
  Stream stream(drop(x_NC, mode, 0), /*waits=*/mode.bf16 && device_.is_cpu());
  const double epsilon = config_.layer_norm_epsilon;
  for (const Block& block : layers_->blocks) {
    stream.add(attend(block, stream.norm(block.ln_1_weight, block.ln_1_bias, epsilon), batch, mode));
    stream.add(feed_forward(block, stream.norm(block.ln_2_weight, block.ln_2_bias, epsilon), mode));
  }
  return norm(stream.sum().narrow(0, 0, positions), layers_->ln_f_weight, layers_->ln_f_bias);
}

at::Tensor Gpt2::logits(const at::Tensor& hidden_NC, ForwardMode mode) const {
  return layers_->head.logits(hidden_NC, mode.bf16);
}

at::Tensor Gpt2::losses(const at::Tensor& hidden_NC, const at::Tensor& targets_N, ForwardMode mode) const {
  return layers_->head(hidden_NC, targets_N, std::nullopt, mode.bf16).losses_N;
}

at::Tensor Gpt2::learn(const at::Tensor& hidden_NC, const at::Tensor& targets_N, double scale, ForwardMode mode,
                       const at::Tensor& weights_N, const Mixture* mixture) const {
  std::optional<Distributions> beside;
  if (mixture != nullptr)
    beside = Distributions{mixture->share, [&](std::int64_t from, std::int64_t rows) {
                             return mean_distribution(*mixture, from, rows, mode);
                           }};
  const HeadResult result =
      layers_->head(hidden_NC, targets_N, scale, mode.bf16, weights_N, beside ? &*beside : nullptr);
  hidden_NC.backward(result.gradient_NC);
  return result.losses_N;
}

}  // namespace udrl::student
