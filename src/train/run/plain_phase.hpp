// The first phase of a run, on plain text: its batches and how many steps it takes. Internal; no torch. Not for: the
// texts (plain_texts.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "data/batches.hpp"
#include "data/token_store.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

struct PlainPhase {
  std::shared_ptr<const TokenStore> store;
  BatchSource source;  ///< <s>, then a piece of a document; all that follows <s> is learned
  EpochCount epoch;
  std::uint64_t steps = 0;
};

/// Tokenizes the text or takes what is there. Throws `Error` (user) where there is none.
PlainPhase prepare_plain(const TrainOptions& options, const PlainSource& texts, Observer& observer);

}  // namespace udrl::train
