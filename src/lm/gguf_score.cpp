// Scoring of continuations. Not for: writing them (gguf_answers.cpp).
#include "gguf_score.hpp"

#include <algorithm>

#include "gguf_batch.hpp"
#include "sampler.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

/// Token i + 1 is predicted from row i.
double log_prob_of(llama_context* context, int row, llama_token next, int vocabulary) {
  const std::span<const float> logits(llama_get_logits_ith(context, row), static_cast<std::size_t>(vocabulary));
  return static_cast<double>(logits[static_cast<std::size_t>(next)]) - log_sum_exp(logits);
}

void check_length(const Engine& engine, std::size_t tokens) {
  const int most = std::min(engine.trained_positions(), engine.cells());
  if (static_cast<int>(tokens) <= most) return;
  throw user_error("prompt and continuation are longer than the model's positions, or than `context`")
      .expected("at most " + std::to_string(most) + " tokens")
      .got(std::to_string(tokens) + " tokens");
}

Tokens joined_tokens(const Engine& engine, const Prompt& prompt, const std::string& continuation, std::size_t& first) {
  Prompt whole = prompt;
  whole.push_back({continuation, false});
  const Tokens before = engine.vocabulary().prompt_tokens(prompt);
  Tokens tokens = engine.vocabulary().prompt_tokens(whole);
  const auto differ = std::mismatch(before.begin(), before.end(), tokens.begin(), tokens.end()).first;
  first = static_cast<std::size_t>(differ - before.begin());
  return tokens;
}

}  // namespace

double continuation_log_prob(Engine& engine, const Prompt& prompt, const std::string& continuation) {
  std::size_t first = 0;
  const Tokens tokens = joined_tokens(engine, prompt, continuation, first);
  if (engine.is_encoder()) throw user_error("this model only embeds texts").at(engine.options().gguf.string());
  if (first == 0) throw user_error("log_prob needs a prompt, or a model with a begin token");
  llama_context* context =
      engine.generation_context(std::min(static_cast<int>(tokens.size()), engine.trained_positions()));
  check_length(engine, tokens.size());
  TokenBatch batch(std::max(engine.options().batch, engine.options().slots));
  double total = 0;
  for (std::size_t done = 0; done + 1 < tokens.size();) {
    batch.clear();
    const std::size_t begin = done;
    for (int rows = 0; batch.room() > 0 && rows < engine.rows() && done + 1 < tokens.size(); ++done) {
      const bool wanted = done + 1 >= first;
      batch.add(tokens[done], static_cast<int>(done), 0, wanted);
      rows += wanted ? 1 : 0;
    }
    batch.decode(context);
    for (std::size_t i = std::max(begin, first - 1); i < done; ++i) {
      total += log_prob_of(context, static_cast<int>(i - begin), tokens[i + 1], engine.vocabulary().size());
    }
  }
  return total;
}

}  // namespace udrl::lm
