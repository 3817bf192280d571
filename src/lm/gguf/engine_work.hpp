// What an engine does for a model: answers, written token by token; how likely given texts are; sentence embeddings by
// an encoder such as MiniLM. Each is a file of its own. Not for: which answers run together (run.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// `LanguageModel::complete` on an engine.
Throughput answer_requests(Engine& engine, const RequestSource& next, const CompletionSink& done);
/// `LanguageModel::check` on an engine.
std::size_t check_request(const Engine& engine, const Request& request);

/// `LanguageModel::log_probs` on an engine.
Likelihoods continuation_log_probs(Engine& engine, std::span<const Continuation> continuations);
/// `LanguageModel::choice_log_probs` on an engine.
std::vector<std::vector<double>> option_log_probs(Engine& engine, std::span<const Question> questions,
                                                  std::span<const std::string> options);

/// `LanguageModel::embed` on an engine.
std::vector<std::vector<float>> embed_texts(Engine& engine, std::span<const std::string> texts);

}  // namespace udrl::lm
