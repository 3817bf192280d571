// What can be asked for, as a page: how many training records each (task, words, return) has. Not for: refusing what
// has too few (command/fitted.hpp).
#pragma once

#include <string>

#include "udrl/command/fitted.hpp"

namespace udrl::distill {

/// A self-contained page: for each task a map of words by return; the fuller, the more records; what `check` would
/// refuse is left empty.
std::string coverage_html(const command::Fitted& fitted);

}  // namespace udrl::distill
