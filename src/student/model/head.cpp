// The head and the cross-entropy over it, in chunks of rows. Gradients are written out: of −log softmax(h·Wᵀ)[t] with
// respect to the logits it is softmax − onehot(t); where a distribution p is learned beside the target,
// softmax − (1 − share)·onehot(t) − share·p.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "bf16_layers.hpp"
#include "bf16_loops.hpp"
#include "layers.hpp"
#include "parallel.hpp"

namespace udrl::student {
namespace {

/// On processors few enough that a chunk's logits stay in the cache, enough that its products are as fast as whole
/// ones. On a GPU enough to keep it busy: half a gigabyte of logits.
std::int64_t chunk_values(const at::Tensor& rows_NC) { return rows_NC.is_cuda() ? 1 << 27 : 1 << 22; }
constexpr std::int64_t least_rows = 256, row_step = 64;

std::int64_t chunk_rows(const at::Tensor& rows_NC, std::int64_t vocab) {
  return std::max(least_rows, chunk_values(rows_NC) / vocab / row_step * row_step);
}

/// Rows, targets and weights of a chunk, filled up with zeros so that few shapes recur: each is compiled for.
struct Chunk {
  std::int64_t from, rows;
  at::Tensor rows_NC, targets_N1, weights_N1;  ///< weights: undefined where each is 1
};

Chunk chunk_at(const at::Tensor& rows_NC, const at::Tensor& targets_N, const at::Tensor& weights_N, std::int64_t from,
               std::int64_t largest) {
  const std::int64_t rows = std::min(largest, rows_NC.size(0) - from);
  const std::int64_t filler = at::divup(rows, row_step) * row_step - rows;
  const auto column = [&](const at::Tensor& values_N) {
    return at::constant_pad_nd(values_N.narrow(0, from, rows), {0, filler}).unsqueeze(1);
  };
  return {from, rows, at::constant_pad_nd(rows_NC.narrow(0, from, rows), {0, 0, 0, filler}), column(targets_N),
          weights_N.defined() ? column(weights_N) : at::Tensor()};
}

/// exp by one thread alone, once. MKL chooses the variant of a vector function at its first call; where two threads
/// make that call at once, one may compute its half by a variant of low accuracy (pytorch/pytorch#188792), and a run
/// that is begun again would not end with the same weights.
void choose_exp() { [[maybe_unused]] static const at::Tensor first = at::zeros({1}).exp_(); }

/// What is learned of a chunk: scale · Σ weight · loss, and what stands beside its targets, if anything.
struct Lesson {
  double scale = 1;
  const Distributions* beside = nullptr;
};

/// Turns log probabilities into the gradient of the logits; the fillers' is 0.
at::Tensor logits_gradient(at::Tensor log_p_NV, const Chunk& chunk, const Lesson& lesson) {
  choose_exp();
  at::Tensor gradient_NV = log_p_NV.exp_();
  const double share = lesson.beside != nullptr ? lesson.beside->share : 0;
  gradient_NV.scatter_add_(1, chunk.targets_N1, at::full_like(chunk.targets_N1, share - 1, gradient_NV.options()));
  if (lesson.beside != nullptr)
    gradient_NV.narrow(0, 0, chunk.rows).sub_(lesson.beside->of_rows(chunk.from, chunk.rows), share);
  gradient_NV.narrow(0, chunk.rows, gradient_NV.size(0) - chunk.rows).zero_();
  return chunk.weights_N1.defined() ? gradient_NV.mul_(chunk.weights_N1 * lesson.scale)
                                    : gradient_NV.mul_(lesson.scale);
}

at::Tensor product(const at::Tensor& rows_NC, const at::Tensor& wte_VC, LayerGemm gemm) {
  const WithBackend with(gemm.of(Form::forward));
  return at::mm(rows_NC.to(wte_VC.scalar_type()), wte_VC.t());
}

/// Puts the losses of a chunk's rows where they belong and returns the gradient of its logits, where it is learned.
at::Tensor lose(at::Tensor logits_NV, const Chunk& chunk, const std::optional<Lesson>& lesson,
                const at::Tensor& losses_N) {
  const at::ScalarType type = logits_NV.scalar_type();
  at::Tensor log_p_NV = logits_NV.to(at::kFloat);
  logits_NV.reset();
  at::_log_softmax_out(log_p_NV, log_p_NV, 1, false);
  losses_N.copy_(log_p_NV.gather(1, chunk.targets_N1).narrow(0, 0, chunk.rows).squeeze(1).neg_());
  return lesson ? logits_gradient(log_p_NV, chunk, *lesson).to(type) : at::Tensor();
}

/// The same in bfloat16 on processors with nothing beside the targets, row by row: the gradient takes the place of the
/// logits.
at::Tensor lose_in_place(at::Tensor logits_NV, const Chunk& chunk, const std::optional<Lesson>& lesson,
                         const at::Tensor& losses_N) {
  const std::int64_t vocab = logits_NV.size(1);
  Bf16* logits = logits_NV.data_ptr<Bf16>();
  const std::int64_t* targets = chunk.targets_N1.const_data_ptr<std::int64_t>();
  const float* weights = chunk.weights_N1.defined() ? chunk.weights_N1.const_data_ptr<float>() : nullptr;
  float* losses = losses_N.data_ptr<float>();
  at::parallel_for(0, chunk.rows, worth_a_thread(vocab), [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t n = from; n < to; ++n) {
      TORCH_CHECK_INDEX(targets[n] >= 0 && targets[n] < vocab, "target ", targets[n], " of ", vocab, " tokens");
      const double weight = weights != nullptr ? weights[n] : 1.0;
      losses[n] = lesson ? cross_entropy_backward(logits + n * vocab, vocab, targets[n],
                                                  static_cast<float>(lesson->scale * weight))
                         : cross_entropy(logits + n * vocab, vocab, targets[n]);
    }
  });
  logits_NV.narrow(0, chunk.rows, logits_NV.size(0) - chunk.rows).zero_();
  return logits_NV;
}

}  // namespace

at::Tensor Head::logits(const at::Tensor& rows_NC, bool bf16) const {
  const c10::NoGradGuard no_grad;
  return product(rows_NC, wte_VC.in(bf16), gemm).to(at::kFloat);
}

HeadResult Head::operator()(const at::Tensor& rows_NC, const at::Tensor& targets_N, std::optional<double> scale,
                            bool bf16, const at::Tensor& weights_N, const Distributions* beside) const {
  const c10::NoGradGuard no_grad;
  const at::Tensor wte = wte_VC.in(bf16), used_NC = rows_NC.to(wte.scalar_type());
  HeadResult out{at::empty({rows_NC.size(0)}, rows_NC.options()), {}};
  if (scale) out.gradient_NC = at::empty_like(rows_NC);
  const std::optional<Lesson> lesson = scale ? std::optional(Lesson{*scale, beside}) : std::nullopt;
  const auto lose_logits = is_bf16_on_cpu(wte) && beside == nullptr ? lose_in_place : lose;
  const std::int64_t largest = chunk_rows(rows_NC, wte.size(0));
  for (std::int64_t from = 0; from < rows_NC.size(0); from += largest) {
    const Chunk chunk = chunk_at(used_NC, targets_N, weights_N, from, largest);
    const at::Tensor losses_N = out.losses_N.narrow(0, from, chunk.rows);
    const at::Tensor gradient_NV = lose_logits(product(chunk.rows_NC, wte, gemm), chunk, lesson, losses_N);
    if (!lesson) continue;
    {
      const WithBackend with(gemm.of(Form::weight_gradient));
      add_product(wte_VC.value(), gradient_NV.t(), chunk.rows_NC);
    }
    const WithBackend with(gemm.of(Form::input_gradient));
    out.gradient_NC.narrow(0, from, chunk.rows).copy_(at::mm(gradient_NV, wte).narrow(0, 0, chunk.rows));
  }
  return out;
}

}  // namespace udrl::student
