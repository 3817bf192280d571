// Draws one token from a row of logits, for one answer. Not for: which rows are computed (answers.cpp).
//
// Own code, because llama.cpp's chains sort or soft-max all of a vocabulary several times a token: with 32 answers and
// 151,936 tokens that costs as much as a layer of the model.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "udrl/base/random.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// Throws `Error` (user) that names the value that is out of range.
void check_sampling(const Sampling& sampling);

/// What the sampler asks of each token's text.
struct TokenTexts {
  std::vector<bool> continues_word;  ///< begins with a letter or a digit and no space before it
  std::vector<bool> may_repeat;      ///< JSON's brackets, quotes and colons, and white space: never penalised
};

struct Drawn {
  std::int32_t token = 0;
  double log_prob = 0;  ///< nats, under the softmax of the logits as they came
};

/// log Σ exp(x), to a relative error of about 1e-6 of the sum.
double log_sum_exp(std::span<const float> logits);

/// Order of what is applied: banned tokens, a run that has become a loop, repeat penalty (over the last 64 tokens of
/// the answer itself, never of the prompt: the prompt's words must stay free to use; nor on what JSON repeats),
/// temperature (or the opening's, or the spelling's), top-k, top-p. The draws are a function of (seed, id).
class Sampler {
 public:
  /// `texts` is borrowed; null where nobody asks for a penalty or for a temperature of its own within words. With the
  /// latter, a token within a word that has come six times running is not drawn a seventh time: no word is spelt so,
  /// and a cold spelling never leaves such a loop by itself ("300000…").
  Sampler(const Sampling& sampling, std::string_view id, const TokenTexts* texts = nullptr);

  /// Changes `logits` (banned tokens become −∞).
  Drawn draw(std::span<float> logits, std::span<const std::int32_t> banned);

 private:
  struct Candidate {
    std::int32_t token;
    float logit;
    double weight;  ///< exp of the logit's distance to the largest, over the temperature
  };
  static bool before(const Candidate& a, const Candidate& b);

  bool continues_word(std::int32_t token) const;
  bool may_repeat(std::int32_t token) const;
  bool spells_apart() const;
  bool is_loop() const;
  void penalize_repeats(std::span<float> logits);
  float original(std::int32_t token, std::span<const float> logits) const;
  std::int32_t choose(std::span<float> logits);
  double temperature_now() const;
  void cool_spelling(std::span<float> logits, std::int32_t likeliest, double temperature);
  std::int32_t from_all(std::span<const float> logits);
  std::int32_t from_nucleus(std::span<const float> logits);
  std::int32_t first_of_race();
  double collect(std::span<const float> logits, float lowest);
  double collect_enough(std::span<const float> logits);
  void keep_top_k();
  void keep_mass(double wanted);

  Sampling sampling_;
  RandomStream random_;
  const TokenTexts* texts_;
  std::deque<std::int32_t> recent_;
  std::vector<std::pair<std::int32_t, float>> penalized_;  ///< tokens with their logit before the penalty
  // Of the row at hand.
  std::vector<float> block_maxima_;
  float largest_ = 0;
  float scale_ = 1;   ///< 1 / temperature
  float cooled_ = 1;  ///< by what the distance to the largest logit was multiplied, of tokens that go on with a word
  std::vector<Candidate> candidates_;
  std::vector<double> weights_;
};

}  // namespace udrl::lm
