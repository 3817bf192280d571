// Fields that all requests share. Not for: one kind of request (wishes.cpp).
#pragma once

#include <string>

#include "udrl/data/fields.hpp"
#include "udrl/inference/answers.hpp"

namespace udrl::serve {

/// `n`, `best_of`, `temperature`, `top_p`, `top_k`, `repeat_penalty`, `max_tokens`, `stop`, `seed`: those that are
/// there.
void read_drawing(const data::Fields& fields, inference::Drawing& drawing);
/// Throws `Error` (user) for a field of OpenAI's that would change the answer, and that no student has.
void refuse_unknown_wishes(const data::Fields& fields);

/// Commands of a system message, "task: image, words: 12"; nothing where it does not begin with the name of one.
/// Throws `Error` (user) for what else it says.
void read_commands(const std::string& text, const command::Fitted& fitted, inference::Ask& ask);
/// The text of a message: it may be a text, parts of the type "text", or null.
std::string content_text(const data::Json& content);

}  // namespace udrl::serve
