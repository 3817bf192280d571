// The Jinja template that turns a plain user message into a student's sequence, so that any chat client can ask it.
// Not for: asking from udrl's own tools, which build the sequence themselves (command/schema.hpp).
#pragma once

#include <string>

#include "udrl/command/fitted.hpp"

namespace udrl::student {

/// What is asked of a task where the client does not say: the highest return that the data supports at the median
/// length of the best training answers; any of the auxiliary returns.
command::Command default_command(const command::Fitted& commands, int task_index);

/// may set `task` (a name of commands.json), `words`, `return` and the names of auxiliary returns as template arguments
/// (numbers or "any"; the template refuses anything else); the defaults are those of `default_command` for the first
/// task, or for the task that is named.
std::string chat_template(const command::Fitted& commands);

}  // namespace udrl::student
