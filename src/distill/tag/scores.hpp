// The scores behind what can be asked for. Not for: what they come to (fit.cpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/distill/tag_options.hpp"

namespace udrl::distill {

/// `auxiliary` of the options, as commands.json holds them.
std::vector<command::AuxiliaryReturn> auxiliary_returns(const ReturnOptions& options);

/// The weighted and auxiliary scorers, each once, and copying where it is penalised. Throws `Error` (user) where there
/// is none, or one is held out for evaluation, or cannot be the name of a command.
std::vector<std::string> needed_scores(const ReturnOptions& options);

}  // namespace udrl::distill
