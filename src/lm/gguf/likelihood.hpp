// How likely a given text is. Not for: writing one (gguf_answers.hpp).
#pragma once

#include "engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// `LanguageModel::log_probs` on an engine.
Likelihoods continuation_log_probs(Engine& engine, std::span<const Continuation> continuations);
/// `LanguageModel::choice_log_probs` on an engine.
std::vector<std::vector<double>> option_log_probs(Engine& engine, std::span<const Question> questions,
                                                  std::span<const std::string> options);

}  // namespace udrl::lm
