// The training sets of the arms: which records stay, and shuffled returns. Not for: returns (tag_fit.hpp) and ranks
// (tag_rank.hpp), which come before.
#pragma once

#include "rank.hpp"

namespace udrl::distill {

/// Leaves out training rows (`Outcome::not_chosen`) and changes their bins, as the options say; `intents` follows.
/// What is drawn is a function of (split seed, record id). Throws `Error` (user) for a mix of tasks that are not there.
void choose_arm(Pool& pool, const command::Fitted& fitted, const TagOptions& options, IntentCounts& intents);

}  // namespace udrl::distill
