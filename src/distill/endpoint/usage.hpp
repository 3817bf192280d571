// What an endpoint costs, said at a stage's end and kept in its manifest. Not for: limits (lm/endpoint_options.hpp).
#pragma once

#include "udrl/base/observer.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

/// Of all runs with this folder. Nothing for a model in this process.
void note_usage(const lm::LanguageModel& model, data::Manifest& manifest, Observer& observer);

}  // namespace udrl::distill
