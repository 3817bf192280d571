// Near duplicates: answers that say again what an earlier one said, and what training would see of what it is tested
// on. Not for: equal texts (tag_pool.cpp).
#pragma once

#include "pool.hpp"

namespace udrl::distill {

/// Marks rows `near_duplicate` whose answer is nearly that of an earlier row of the same intent and task, and
/// `near_duplicate_across` where it is another intent's.
void drop_near_samples(Pool& pool, Observer& observer);

/// Marks training rows `near_held_out` whose intent nearly is one of valid, test or test_groups, or whose answer nearly
/// is a held-out answer of the same task.
void drop_near_held_out(Pool& pool, Observer& observer);

}  // namespace udrl::distill
