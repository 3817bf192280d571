// Answers, written token by token. Not for: which run together (gguf_run.hpp).
#pragma once

#include "engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// `LanguageModel::complete` on an engine.
Throughput answer_requests(Engine& engine, const RequestSource& next, const CompletionSink& done);

}  // namespace udrl::lm
