// Sampling of one token. Not for: the order of computation (gguf_answers.cpp).
#include "sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "fast_exp.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t penalty_window = 64;
constexpr std::size_t block = 1024;
constexpr float never = -std::numeric_limits<float>::infinity();

void check(bool good, const char* what, const char* range, double got) {
  if (!good) throw user_error(std::string(what) + " is out of range").expected(range).got(std::to_string(got));
}

}  // namespace

void check_sampling(const Sampling& sampling) {
  check(sampling.temperature >= 0 && sampling.temperature <= 100, "temperature", "0 to 100", sampling.temperature);
  check(sampling.top_p > 0 && sampling.top_p <= 1, "top_p", "above 0, at most 1", sampling.top_p);
  check(sampling.top_k >= 0, "top_k", "0 (off) or more", sampling.top_k);
  check(sampling.repeat_penalty > 0 && sampling.repeat_penalty <= 10, "repeat_penalty", "above 0, at most 10",
        sampling.repeat_penalty);
  check(sampling.max_tokens >= 1, "max_tokens", "1 or more", sampling.max_tokens);
}

double log_sum_exp(std::span<const float> logits) {
  const float largest = largest_of(logits);
  double total = 0;
  for (std::size_t i = 0; i < logits.size(); i += block) {
    total += sum_exp(logits.subspan(i, std::min(block, logits.size() - i)), largest, 1.0F);
  }
  return largest + std::log(total);
}

Sampler::Sampler(const Sampling& sampling, std::string_view id) : sampling_(sampling), random_(sampling.seed, id) {
  check_sampling(sampling);
}

Drawn Sampler::draw(std::span<float> logits, std::span<const std::int32_t> banned) {
  const double normalizer = log_sum_exp(logits);
  if (!std::isfinite(normalizer)) throw failure("the model computed no finite probabilities").hint("is the model file damaged?");
  if (sampling_.ban_control) {
    for (const std::int32_t token : banned) logits[static_cast<std::size_t>(token)] = never;
  }
  penalize_repeats(logits);
  const std::int32_t token = choose(logits);
  recent_.push_back(token);
  if (recent_.size() > penalty_window) recent_.pop_front();
  return {token, original(token, logits) - normalizer};
}

void Sampler::penalize_repeats(std::span<float> logits) {
  penalized_.clear();
  if (sampling_.repeat_penalty == 1.0) return;
  const auto penalty = static_cast<float>(sampling_.repeat_penalty);
  for (const std::int32_t token : recent_) {
    const auto seen = [token](const auto& entry) { return entry.first == token; };
    if (std::any_of(penalized_.begin(), penalized_.end(), seen)) continue;
    float& logit = logits[static_cast<std::size_t>(token)];
    penalized_.emplace_back(token, logit);
    logit = logit > 0 ? logit / penalty : logit * penalty;
  }
}

float Sampler::original(std::int32_t token, std::span<const float> logits) const {
  for (const auto& [penalized, logit] : penalized_) {
    if (penalized == token) return logit;
  }
  return logits[static_cast<std::size_t>(token)];
}

std::int32_t Sampler::choose(std::span<const float> logits) {
  const float largest = largest_of(logits);
  if (largest == never) throw failure("every token of the model's vocabulary is banned");
  if (sampling_.temperature == 0) {
    return static_cast<std::int32_t>(std::find(logits.begin(), logits.end(), largest) - logits.begin());
  }
  const bool whole = sampling_.top_k == 0 && sampling_.top_p >= 1;
  return whole ? from_all(logits, largest) : from_nucleus(logits, largest);
}

/// Inverse of the cumulative distribution: first the block in which it passes u, then the token in that block.
std::int32_t Sampler::from_all(std::span<const float> logits, float largest) {
  const auto scale = static_cast<float>(1.0 / sampling_.temperature);
  block_sums_.clear();
  for (std::size_t i = 0; i < logits.size(); i += block) {
    block_sums_.push_back(sum_exp(logits.subspan(i, std::min(block, logits.size() - i)), largest, scale));
  }
  const std::size_t start = random_.weighted(block_sums_) * block;
  std::vector<float> weights;
  for (const float logit : logits.subspan(start, std::min(block, logits.size() - start))) {
    weights.push_back(fast_exp((logit - largest) * scale));
  }
  return static_cast<std::int32_t>(start + random_.weighted(weights));
}

void Sampler::collect(std::span<const float> logits, float lowest) {
  candidates_.clear();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] > lowest) candidates_.push_back({static_cast<std::int32_t>(i), logits[i]});
  }
}

void Sampler::keep_top_k() {
  const auto k = static_cast<std::size_t>(sampling_.top_k);
  if (sampling_.top_k == 0 || candidates_.size() <= k) return;
  const auto higher = [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
  };
  std::nth_element(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(k), candidates_.end(), higher);
  candidates_.resize(k);
}

/// Few tokens hold nearly all of the mass: takes those within a margin of the largest, and widens the margin until they
/// are as many as top-k, or as heavy as top-p, asks for.
std::int32_t Sampler::from_nucleus(std::span<const float> logits, float largest) {
  const auto scale = static_cast<float>(1.0 / sampling_.temperature);
  const auto weight = [&](const Candidate& c) { return static_cast<double>(fast_exp((c.logit - largest) * scale)); };
  double wanted = 0;  // mass that the candidates must reach, where top-k does not already bound them
  if (sampling_.top_k == 0) wanted = sampling_.top_p * sum_exp(logits, largest, scale);
  double mass = 0;
  for (float margin = 8; ; margin *= 2) {
    const float lowest = margin > 80 ? never : largest - margin / scale;
    collect(logits, lowest);
    mass = 0;
    for (const Candidate& c : candidates_) mass += weight(c);
    const bool enough = sampling_.top_k > 0 ? candidates_.size() >= static_cast<std::size_t>(sampling_.top_k) : mass >= wanted;
    if (enough || lowest == never) break;
  }
  keep_top_k();
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
  });
  std::vector<double> weights;
  for (const Candidate& c : candidates_) weights.push_back(weight(c));
  if (sampling_.top_k > 0) {
    mass = 0;
    for (const double w : weights) mass += w;
    wanted = sampling_.top_p * mass;
  }
  double running = 0;
  std::size_t kept = 0;
  while (kept < weights.size() && (kept == 0 || running < wanted)) running += weights[kept++];
  weights.resize(kept);
  return candidates_[random_.weighted(weights)].token;
}

}  // namespace udrl::lm
