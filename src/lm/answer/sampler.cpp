// Sampling of one token. Not for: the order of computation (answers.cpp).
#include "sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "fast_exp.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t penalty_window = 64;
constexpr std::size_t opening = 8;      // tokens
constexpr std::size_t longest_run = 6;  // of one token within a word
constexpr std::size_t block = 1024;
constexpr float never = -std::numeric_limits<float>::infinity();

std::span<const float> block_of(std::span<const float> logits, std::size_t start) {
  return logits.subspan(start, std::min(block, logits.size() - start));
}

void check(bool good, const char* what, const char* range, double got) {
  if (!good) throw user_error(std::string(what) + " is out of range").expected(range).got(std::to_string(got));
}

/// Below it the inverse is too large for a float, and no token the likeliest.
void check_temperature(double value, const char* what, const char* range) {
  constexpr double least = 1e-6;
  check(value == 0 || (value >= least && value <= 100), what, range, value);
}

}  // namespace

void check_sampling(const Sampling& sampling) {
  check_temperature(sampling.temperature, "temperature", "0, or 0.000001 to 100");
  check_temperature(sampling.spelling_temperature, "spelling_temperature", "0 (off), or 0.000001 to 100");
  check_temperature(sampling.opening_temperature, "opening_temperature", "0 (off), or 0.000001 to 100");
  check(sampling.top_p > 0 && sampling.top_p <= 1, "top_p", "above 0, at most 1", sampling.top_p);
  check(sampling.top_k >= 0, "top_k", "0 (off) or more", sampling.top_k);
  check(sampling.repeat_penalty > 0 && sampling.repeat_penalty <= 10, "repeat_penalty", "above 0, at most 10",
        sampling.repeat_penalty);
  check(sampling.max_tokens >= 1, "max_tokens", "1 or more", sampling.max_tokens);
  for (const std::string& stop : sampling.stop)
    if (stop.empty()) throw user_error("a text of `stop` is empty").hint("leave it out");
}

double log_sum_exp(std::span<const float> logits) {
  const float largest = largest_of(logits);
  double total = 0;
  for (std::size_t i = 0; i < logits.size(); i += block) {
    total += sum_exp(block_of(logits, i), largest, 1.0F);
  }
  return largest + std::log(total);
}

bool Sampler::before(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

Sampler::Sampler(const Sampling& sampling, std::string_view id, const TokenTexts* texts)
    : sampling_(sampling), random_(sampling.seed, id), texts_(texts) {
  check_sampling(sampling);
}

bool Sampler::continues_word(std::int32_t token) const {
  return texts_ != nullptr && texts_->continues_word[static_cast<std::size_t>(token)];
}

bool Sampler::may_repeat(std::int32_t token) const {
  return texts_ != nullptr && texts_->may_repeat[static_cast<std::size_t>(token)];
}

bool Sampler::spells_apart() const { return texts_ != nullptr && sampling_.spelling_temperature > 0; }

Drawn Sampler::draw(std::span<float> logits, std::span<const std::int32_t> banned) {
  const double normalizer = log_sum_exp(logits);
  if (!std::isfinite(normalizer))
    throw failure("the model computed no finite probabilities").hint("is the model file damaged?");
  for (const std::int32_t token : banned) logits[static_cast<std::size_t>(token)] = never;
  if (is_loop()) logits[static_cast<std::size_t>(recent_.back())] = never;
  penalize_repeats(logits);
  const std::int32_t token = choose(logits);
  recent_.push_back(token);
  if (recent_.size() > penalty_window) recent_.pop_front();
  return {token, original(token, logits) - normalizer};
}

bool Sampler::is_loop() const {
  if (!spells_apart() || recent_.size() < longest_run) return false;
  const std::int32_t last = recent_.back();
  return continues_word(last) &&
         std::all_of(recent_.rbegin(), recent_.rbegin() + longest_run, [last](auto token) { return token == last; });
}

void Sampler::penalize_repeats(std::span<float> logits) {
  penalized_.clear();
  if (sampling_.repeat_penalty == 1.0) return;
  const auto penalty = static_cast<float>(sampling_.repeat_penalty);
  for (const std::int32_t token : recent_) {
    const auto seen = [token](const auto& entry) { return entry.first == token; };
    if (may_repeat(token) || std::any_of(penalized_.begin(), penalized_.end(), seen)) continue;
    float& logit = logits[static_cast<std::size_t>(token)];
    penalized_.emplace_back(token, logit);
    logit = logit > 0 ? logit / penalty : logit * penalty;
  }
}

float Sampler::original(std::int32_t token, std::span<const float> logits) const {
  for (const auto& [penalized, logit] : penalized_) {
    if (penalized == token) return logit;
  }
  const float logit = logits[static_cast<std::size_t>(token)];
  const bool is_cooled = cooled_ != 1 && continues_word(token);
  return is_cooled ? largest_ + (logit - largest_) / cooled_ : logit;
}

double Sampler::temperature_now() const {
  return recent_.size() < opening ? std::max(sampling_.temperature, sampling_.opening_temperature)
                                  : sampling_.temperature;
}

std::int32_t Sampler::choose(std::span<float> logits) {
  block_maxima_.clear();
  for (std::size_t i = 0; i < logits.size(); i += block) block_maxima_.push_back(largest_of(block_of(logits, i)));
  largest_ = largest_of(block_maxima_);
  if (largest_ == never) throw failure("every token of the model's vocabulary is banned");
  const auto likeliest = [&] {
    return static_cast<std::int32_t>(std::find(logits.begin(), logits.end(), largest_) - logits.begin());
  };
  if (sampling_.temperature == 0) return likeliest();
  const double temperature = temperature_now();
  scale_ = static_cast<float>(1.0 / temperature);
  cooled_ = 1;
  const bool is_spelt_colder = spells_apart() && sampling_.spelling_temperature < temperature;
  if (is_spelt_colder) cool_spelling(logits, likeliest(), temperature);
  const bool whole = sampling_.top_k == 0 && sampling_.top_p >= 1;
  return whole ? from_all(logits) : from_nucleus(logits);
}

/// Within a word all is cold: what goes on with it, and what would end it too early. Behind a word only what would go
/// on with it. The largest logit stays, and the blocks' maxima stay bounds.
void Sampler::cool_spelling(std::span<float> logits, std::int32_t likeliest, double temperature) {
  if (continues_word(likeliest)) {
    scale_ = static_cast<float>(1.0 / sampling_.spelling_temperature);
    return;
  }
  cooled_ = static_cast<float>(temperature / sampling_.spelling_temperature);
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (texts_->continues_word[i]) logits[i] = largest_ + (logits[i] - largest_) * cooled_;
}

/// Inverse of the cumulative distribution: first the block in which it passes u, then the token in that block.
std::int32_t Sampler::from_all(std::span<const float> logits) {
  weights_.clear();
  for (std::size_t i = 0; i < logits.size(); i += block)
    weights_.push_back(sum_exp(block_of(logits, i), largest_, scale_));
  const std::size_t start = random_.weighted(weights_) * block;
  weights_.clear();
  for (const float logit : block_of(logits, start)) weights_.push_back(fast_exp((logit - largest_) * scale_));
  return static_cast<std::int32_t>(start + random_.weighted(weights_));
}

/// Takes the tokens above `lowest` and returns their mass. Most blocks hold none.
double Sampler::collect(std::span<const float> logits, float lowest) {
  candidates_.clear();
  double mass = 0;
  for (std::size_t b = 0; b < block_maxima_.size(); ++b) {
    if (block_maxima_[b] <= lowest) continue;
    for (std::size_t i = b * block; i < std::min(logits.size(), (b + 1) * block); ++i) {
      if (logits[i] <= lowest) continue;
      candidates_.push_back({static_cast<std::int32_t>(i), logits[i], fast_exp((logits[i] - largest_) * scale_)});
      mass += candidates_.back().weight;
    }
  }
  return mass;
}

/// Few tokens hold nearly all of the mass: takes those within a margin of the largest, and widens the margin until they
/// are as many as top-k, or as heavy as top-p, asks for. Returns the mass to keep where top-p alone decides.
double Sampler::collect_enough(std::span<const float> logits) {
  const bool counted = sampling_.top_k > 0;
  const double wanted = counted ? 0 : sampling_.top_p * sum_exp(logits, largest_, scale_);
  for (float margin = 3;; margin *= 1.4F) {
    const float lowest = margin > 80 ? never : largest_ - margin / scale_;
    const double mass = collect(logits, lowest);
    const bool enough = counted ? candidates_.size() >= static_cast<std::size_t>(sampling_.top_k) : mass >= wanted;
    if (enough || lowest == never) return wanted;
  }
}

void Sampler::keep_top_k() {
  const auto k = static_cast<std::size_t>(sampling_.top_k);
  if (sampling_.top_k == 0 || candidates_.size() <= k) return;
  std::nth_element(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(k), candidates_.end(),
                   before);
  candidates_.resize(k);
}

/// The fewest likeliest candidates that hold `wanted` of the mass: halves the range in which the cut lies.
void Sampler::keep_mass(double wanted) {
  const auto at = [this](std::size_t i) { return candidates_.begin() + static_cast<std::ptrdiff_t>(i); };
  std::size_t low = 0;  // candidates before it are kept
  std::size_t high = candidates_.size();
  double mass = 0;  // of those before `low`
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    std::nth_element(at(low), at(middle), at(high), before);
    double half = 0;
    for (std::size_t i = low; i < middle; ++i) half += candidates_[i].weight;
    if (mass + half >= wanted) {
      high = middle;
    } else {
      mass += half;
      low = middle;
    }
  }
  candidates_.resize(high);
}

std::int32_t Sampler::from_nucleus(std::span<const float> logits) {
  double wanted = collect_enough(logits);
  keep_top_k();
  if (sampling_.top_k > 0) {
    for (const Candidate& candidate : candidates_) wanted += sampling_.top_p * candidate.weight;
  }
  if (sampling_.top_p < 1) keep_mass(wanted);
  return first_of_race();
}

/// Each token arrives after an exponential time whose rate is its weight, so the first is any of them with the chance
/// that it should have (Gumbel-max in another form). What a token's time is drawn from is its own, a function of the
/// stream, the place in the answer and the token. So logits that differ by rounding, as they do with what else is
/// computed at once, seldom change which is the first; boundaries of a cumulative sum would move with all that stands
/// before them.
std::int32_t Sampler::first_of_race() {
  const std::array<std::uint32_t, 2> key{random_(), random_()};
  std::int32_t first = candidates_.front().token;
  double earliest = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates_) {
    const std::uint32_t bits = philox4x32_10({static_cast<std::uint32_t>(candidate.token), 0, 0, 0}, key)[0];
    const double time = -std::log((bits + 0.5) / 4294967296.0) / candidate.weight;
    if (time >= earliest) continue;
    earliest = time;
    first = candidate.token;
  }
  return first;
}

}  // namespace udrl::lm
