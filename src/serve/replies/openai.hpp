// Replies in OpenAI's form: whole, and in parts of a stream. Not for: reading requests (wishes.hpp).
#pragma once

#include <string>
#include <vector>

#include "desk/service.hpp"
#include "wishes/wishes.hpp"

namespace udrl::serve {

/// Which of OpenAI's two forms.
enum class Form { completion, chat };

/// What stands at the top of a reply and of all its parts.
struct Envelope {
  Form form = Form::completion;
  std::string id, model;
  std::int64_t created = 0;  ///< seconds since 1970
};
Envelope new_envelope(Form form, const Wish& wish);

struct Usage {
  std::size_t prompt_tokens = 0, completion_tokens = 0;
};

/// An answer with its number among the choices.
struct Choice {
  std::size_t index = 0;
  inference::Answer answer;
  std::string note;  ///< how the command is not what a client may expect
};

std::string whole_reply(const Envelope& envelope, const command::Fitted& fitted, const std::vector<Choice>& choices,
                        const Usage& usage);
/// Further text of a choice; of a chat the first part of each choice names the role.
std::string part_reply(const Envelope& envelope, std::size_t index, const std::string& text, bool is_first);
/// The end of a choice.
std::string end_reply(const Envelope& envelope, const command::Fitted& fitted, const Choice& choice);
std::string usage_reply(const Envelope& envelope, const Usage& usage);

/// {"error": {"message": …, "type": …, "param": null, "code": …}}
std::string error_reply(int status, const std::string& message);
/// What a client is told of an error: the cures are a command line's, and are left out.
std::string message_of(const Error& error);

}  // namespace udrl::serve
