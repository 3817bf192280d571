// A student's own tagged answers, with the sequences in which it wrote them. Not for: reading them with the student
// (critic.cpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/data/record.hpp"
#include "udrl/distill/critic_options.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::distill {

struct OwnAnswer {
  std::string intent_id, task;
  lm::Continuation sequence;  ///< the student's prompt, and the answer as the student writes it
  double real_return = 0;
};

/// What the answer was asked, by its `asked`. Throws `Error` (user) for what the student does not know.
command::Command command_of(const data::Record& record, const command::Fitted& fitted);

/// Of all splits, in the order in which they stand. Throws `Error` (user) that names the record which is not the
/// student's own, has no return, or was asked what the student does not know; or where there is none.
std::vector<OwnAnswer> read_own_answers(const CriticOptions& options, const inference::StudentModel& student);

}  // namespace udrl::distill
