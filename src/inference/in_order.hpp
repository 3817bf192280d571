// Requests that are asked while they come, and whose answers are taken in their order. For the inference room only.
// Not for: requests that are all there (lm::complete_all).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "udrl/lm/language_model.hpp"

namespace udrl::inference {

struct RequestStream {
  std::function<std::optional<lm::Request>()> next;  ///< waits for it; nothing at the end
  std::function<bool()> ready;                       ///< whether `next` answers without waiting
};

/// Asks every request and takes its answer as soon as it and those before it are there. No request is waited for while
/// an answer is under way, and at most `most_ahead` are asked beyond the first whose answer is missing. What `next`
/// throws, and what the model would refuse (`LanguageModel::check`), comes out when all that was asked before is taken;
/// what `take` throws, at once. Returns early on a request to stop (process.hpp).
void complete_in_order(lm::LanguageModel& model, const RequestStream& requests, const lm::CompletionSink& take,
                       std::size_t most_ahead = 4096);

}  // namespace udrl::inference
