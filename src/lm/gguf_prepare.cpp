// Requests to tokens. Not for: computing them (gguf_answers.cpp).
#include "gguf_prepare.hpp"

#include <algorithm>

#include "sampler.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

/// Shorter ones are computed anew: sharing costs a step in which their requests wait.
constexpr std::size_t shortest_shared = 16;

std::size_t shared_tokens(const Engine& engine, const Request& request, const Tokens& tokens) {
  const std::size_t segments = std::min(request.shared_segments, request.prompt.size());
  if (segments == 0) return 0;
  const Tokens leading = engine.vocabulary().prompt_tokens(std::span(request.prompt).first(segments));
  const auto differ = std::mismatch(leading.begin(), leading.end(), tokens.begin(), tokens.end()).first;
  const auto common = static_cast<std::size_t>(differ - leading.begin());
  const std::size_t shared = std::min(common, tokens.size() - 1);  // the last one is computed for its logits
  return shared < shortest_shared ? 0 : shared;
}

}  // namespace

Prepared prepare(const Engine& engine, Request request) {
  check_sampling(request.sampling);
  Prepared prepared;
  prepared.tokens = engine.vocabulary().prompt_tokens(request.prompt);
  const int length = static_cast<int>(prepared.tokens.size());
  const int room = engine.trained_positions() - length;
  if (length == 0) throw user_error("a prompt is empty").at("request " + request.id);
  if (room < 1) {
    throw user_error("a prompt is longer than the model's positions")
        .at("request " + request.id)
        .expected("fewer than " + std::to_string(engine.trained_positions()) + " tokens")
        .got(std::to_string(length) + " tokens")
        .hint("shorten the prompt (fewer examples), or take a model with more positions");
  }
  prepared.budget = std::min(request.sampling.max_tokens, room);
  prepared.common = prepared.shared = shared_tokens(engine, request, prepared.tokens);
  prepared.request = std::move(request);
  return prepared;
}

}  // namespace udrl::lm
