// Whether an answer is one at all: the rules by which a sample is rejected, each with a name for the ledger.
// Not for: how good it is (score room).
#pragma once

#include <string>
#include <string_view>

#include "udrl/distill/task.hpp"

namespace udrl::distill {

/// The name of the first rule that the (normalised) answer breaks, or "" if it is valid. Rules, in order: `empty`,
/// `too_short`, `too_long` (words of the task), `preamble` ("Sure, here is …"), `quoted`, `list`, `markup`, `language`
/// (letters outside Latin script), `repeats` (a word three times in a row, or the same two words more than twice),
/// `echo` (the intent alone, or an example of the task).
std::string broken_rule(std::string_view answer, std::string_view intent, const Task& task);

}  // namespace udrl::distill
