// Fitting commands.json on the training split, and giving every record its return and bin. Not for: files (tag.cpp).
#pragma once

#include "tag_pool.hpp"

namespace udrl::distill {

/// Fits on rows that are kept and in train, then fills `real_return` and `bin` of every row that is kept.
command::Fitted fit_returns(Pool& pool, const TagOptions& options);

/// Counts and means of the rows that are kept.
TagTable make_table(const Pool& pool);

}  // namespace udrl::distill
