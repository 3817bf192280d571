// A student's own tagged answers: what each was asked, and the sequence in which it was written. Not for: what a user
// asks (fitted.hpp), or what a critic makes of them (distill/critic.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::command {

struct OwnAnswer {
  std::string intent_id, task;
  lm::Prompt prompt;
  std::string text;  ///< as the student writes it
  double real_return = 0;
};

/// What the answer was asked, by its `asked`. Throws `Error` (user) for what the student does not know.
Command command_of(const data::Record& record, const Fitted& fitted);

/// Of all splits of a tagged folder, in the order in which they stand. Throws `Error`: user, that names the record
/// which is not the student's own, has no return, or was asked what the student does not know, or where there is none;
/// stopped.
std::vector<OwnAnswer> read_own_answers(const std::filesystem::path& tagged, const Fitted& fitted);

}  // namespace udrl::command
