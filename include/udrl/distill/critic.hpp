// The critic stage: what a student's own answers are worth, by the states that the student has while it writes them
// (student/critic.hpp), out of its own answers with their returns. Not for: choosing an answer (inference/ranker.hpp).
#pragma once

#include <string>

#include "udrl/base/tool.hpp"
#include "udrl/distill/critic_options.hpp"
#include "udrl/student/critic.hpp"

namespace udrl::distill {

/// Writes critic.json beside the student. Its figures are of intents that were held out; its weights then of all.
/// Throws `Error`: user, where there are too few answers, answers that are not the student's own, or none that was
/// tagged, and where another process writes into the student's folder; stopped, after which the same command begins
/// anew, for it takes a minute or two.
student::Critic make_critic(const CriticOptions& options, const RunContext& context);

/// One line for people.
std::string to_text(const student::CriticFit& fit);

}  // namespace udrl::distill
