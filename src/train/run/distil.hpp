// The students that a run distils into one (`distill.from`): whether they can be learned from. Internal; no torch. Not
// for: how (optim/ensemble.hpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/student/config.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/student/transformers_folder.hpp"

namespace udrl::train {

/// The folders, opened. Throws `Error` (user) where one is no student's.
std::vector<student::TransformersFolder> open_students(const std::vector<std::string>& folders);

/// Throws `Error` (user) where one of them cuts texts into other pieces, has fewer positions than `model`, or was told
/// other commands than `fitted` has: what it makes of a sequence would mean something else.
void require_alike(const std::vector<student::TransformersFolder>& students, const student::StudentConfig& model,
                   const student::Tokenizer& tokenizer, const command::Fitted& fitted);

}  // namespace udrl::train
