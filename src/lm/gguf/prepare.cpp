// Requests to tokens. Not for: computing them (run.cpp).
#include "prepare.hpp"

#include <algorithm>

#include "answer/sampler.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

std::size_t common_tokens(const Engine& engine, const Prompt& prompt, std::size_t shared_segments,
                          const Tokens& tokens) {
  const std::size_t segments = std::min(shared_segments, prompt.size());
  if (segments == 0) return 0;
  const Tokens leading = engine.vocabulary().prompt_tokens(std::span(prompt).first(segments));
  const auto differ = std::mismatch(leading.begin(), leading.end(), tokens.begin(), tokens.end()).first;
  return static_cast<std::size_t>(differ - leading.begin());
}

/// Sets what is shared, of which nothing lies beyond `question`.
void share(PreparedPrompt& prepared, std::size_t common, std::size_t question) {
  prepared.question = question;
  common = std::min(common, question);
  prepared.common = prepared.shared = common;
}

void check_length(const Engine& engine, const std::string& id, std::size_t tokens, std::size_t most) {
  if (tokens == 0) throw user_error("a prompt is empty").at("request " + id);
  if (tokens <= most) return;
  throw user_error("a prompt is longer than the model's context length")
      .at("request " + id)
      .expected("at most " + std::to_string(most) + " of its " + std::to_string(engine.trained_positions()) + " tokens")
      .got(std::to_string(tokens) + " tokens")
      .hint("shorten the prompt (fewer examples), or take a model with a longer context");
}

std::string id_of(const std::string& text) { return "of '" + text.substr(0, 40) + "'"; }

PreparedPrompt prepare(const Engine& engine, const Question& question, const std::string& id) {
  PreparedPrompt prepared;
  prepared.id = id;
  prepared.tokens = engine.vocabulary().prompt_tokens(question.prompt);
  check_length(engine, id, prepared.tokens.size(), static_cast<std::size_t>(engine.trained_positions() - 1));
  share(prepared, common_tokens(engine, question.prompt, question.shared_segments, prepared.tokens),
        prepared.tokens.size() - 1);  // the last one is computed for its logits
  return prepared;
}

}  // namespace

PreparedPrompt prepare(const Engine& engine, const Request& request) {
  check_sampling(request.sampling);
  PreparedPrompt prepared = prepare(engine, {request.prompt, request.shared_segments}, request.id);
  const int room = engine.trained_positions() - static_cast<int>(prepared.tokens.size());
  if (room < request.sampling.least_room) {
    throw user_error("the prompt leaves too little room for the answer")
        .at("request " + request.id)
        .expected("at least " + std::to_string(request.sampling.least_room) + " of the model's " +
                  std::to_string(engine.trained_positions()) + " tokens")
        .got(std::to_string(room) + ", as the prompt takes " + std::to_string(prepared.tokens.size()))
        .hint("shorten the prompt, or ask for a shorter answer");
  }
  prepared.budget = std::min(request.sampling.max_tokens, room);
  return prepared;
}

void check_fits(const PreparedPrompt& prepared, int cells) {
  if (static_cast<int>(prepared.tokens.size()) + prepared.budget <= cells) return;
  throw user_error("a request does not fit into the model's context")
      .at("request " + prepared.id)
      .expected("at most " + std::to_string(cells) + " tokens")
      .got(std::to_string(prepared.tokens.size()) + " tokens of prompt and " + std::to_string(prepared.budget) +
           " to generate")
      .hint("raise `context` (0: automatic), or lower max_tokens");
}

PreparedPrompt prepare(const Engine& engine, const Question& question) {
  return prepare(engine, question, "of a choice");
}

Joined join(const Engine& engine, const Prompt& prompt, const std::string& text) {
  Prompt with_text = prompt;
  with_text.push_back({text, false});
  const Tokens before = engine.vocabulary().prompt_tokens(prompt);
  Joined joined{engine.vocabulary().prompt_tokens(with_text), 0};
  const Tokens& whole = joined.whole;
  const auto differ = std::mismatch(before.begin(), before.end(), whole.begin(), whole.end()).first;
  joined.first = static_cast<std::size_t>(differ - before.begin());
  if (joined.first == 0) throw user_error("log_prob needs a prompt, or a model with a begin token");
  check_length(engine, id_of(text), whole.size(), static_cast<std::size_t>(engine.trained_positions()));
  return joined;
}

PreparedPrompt prepare(const Engine& engine, const Continuation& continuation, const Joined& joined) {
  const auto& [prompt, shared_segments] = continuation.question;
  PreparedPrompt prepared;
  prepared.id = id_of(continuation.text);
  prepared.tokens.assign(joined.whole.begin(), joined.whole.end() - 1);
  share(prepared, common_tokens(engine, prompt, shared_segments, joined.whole), joined.first - 1);
  return prepared;
}

}  // namespace udrl::lm
