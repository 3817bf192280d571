// OpenAI's JSON of requests, and how a chat travels through a Prompt. Not for: replies (replies.hpp), or sending.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "job.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// How requests to one endpoint look.
struct RequestForm {
  std::string model;
  JsonTable extra;                          ///< further fields
  std::vector<std::string> leave_out;       ///< fields that are not sent
  std::string tokens_field = "max_tokens";  ///< how the endpoint calls the most tokens of an answer
};

/// A chat for an endpoint: the endpoint applies the template, so the prompt must carry the roles. Each message is a
/// control segment "\x02" + role, which no model's template writes, followed by a text segment with its content.
Prompt role_segments(std::span<const Message> messages);

/// /chat/completions for a prompt of role segments, /completions for one of text alone. Throws `Error` (user) for other
/// control segments: an endpoint has no way to tell them from text that a user typed.
HttpJob completion_job(const Request& request, const RequestForm& form);

/// Where the endpoint refuses `max_tokens` and names `max_completion_tokens` instead, as OpenAI's newer models do: asks
/// so from now on, and changes the job. False for any other refusal.
bool amend_tokens_field(HttpJob& job, const HttpReply& reply, RequestForm& form);

/// Asks for the first token of an answer, and for the 20 likeliest (what OpenAI's interface lists at most).
HttpJob choice_job(const Question& question, const RequestForm& form, std::size_t number);

HttpJob embedding_job(std::span<const std::string> texts, const RequestForm& form, std::size_t first);

}  // namespace udrl::lm
