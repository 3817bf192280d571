// The log-probability of a continuation. Not for: writing one (gguf_answers.hpp).
#pragma once

#include <string>

#include "gguf_engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// `LanguageModel::log_prob` on an engine.
double continuation_log_prob(Engine& engine, const Prompt& prompt, const std::string& continuation);

}  // namespace udrl::lm
