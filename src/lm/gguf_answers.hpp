// Continuous batching: many answers at once, each slot refilled as soon as its answer ends. Not for: one answer's state
// (gguf_slot.hpp).
#pragma once

#include "gguf_engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// `LanguageModel::complete` on an engine.
Throughput answer_requests(Engine& engine, const RequestSource& next, const CompletionSink& done);

}  // namespace udrl::lm
