// The Jinja template that turns a plain user message into a student's sequence, so that any chat client can ask it.
// Not for: asking from udrl's own tools, which build the sequence themselves (command/schema.hpp).
#pragma once

#include <string>

#include "udrl/command/fitted.hpp"

namespace udrl::student {

/// What is asked of a task where the client does not say: the highest return that the data supports at the median
/// length of the best training answers; any of the auxiliary returns.
command::Command default_command(const command::Fitted& commands, int task_index);

/// Takes the last user message, strips the reserved character and extra white space, and appends the commands; an
/// assistant's message behind it is what is written already (⟨have⟩). Contents may be texts, parts with texts, or null.
///
/// A system message that begins with the name of a command sets them, for clients that know no template arguments:
/// "task: poster, words: 12, return: top". Any other system message is ignored, and a user's never sets anything. A
/// client may also set `task` (a name of commands.json), `words`, `return` and the names of auxiliary returns as
/// template arguments. Values are numbers, "any", and for returns "top" and "lowest"; all else is refused with
/// raise_exception. The defaults are those of `default_command` for the first task, or for the task that is named.
std::string chat_template(const command::Fitted& commands);

}  // namespace udrl::student
