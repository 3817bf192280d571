// Whether an answer is one at all: the rules by which a sample is rejected, each with a name for the ledger.
// Not for: how good it is (score room).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "udrl/task/task.hpp"

namespace udrl::task {

/// The name of the first rule that the (normalised) answer breaks, or "" if it is valid. Rules, in order: `empty`,
/// `too_short`, `too_long` (words of the task), `schema` (where the task has one: no JSON object that it admits),
/// `preamble` ("Sure, here is …"), `quoted`, `list`, `markup` (none of these four where the task has a schema),
/// `language` (letters outside Latin script), `repeats` (a word three times in a row, or the same two words more than
/// twice), `echo` (the intent alone, or an example of the task). What the task allows is no rule for it.
std::string broken_rule(std::string_view answer, std::string_view intent, const Task& task);

const std::vector<std::string>& validity_rules();

}  // namespace udrl::task
