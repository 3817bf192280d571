// Fitting commands.json on the training split, and giving every record its return. Not for: ranks (tag_rank.hpp).
#pragma once

#include "pool.hpp"

namespace udrl::distill {

/// Fits moments and lengths on rows that are kept and in train, then fills `real_return` of every row that is kept.
/// Throws `Error` (user) for a task without training records.
command::Fitted fit_returns(Pool& pool, const TagOptions& options);

}  // namespace udrl::distill
