// OpenAI's JSON for completions and embeddings, and how a chat travels through a Prompt. Not for: sending.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// A chat for an endpoint: the endpoint applies the template, so the prompt must carry the roles. Each message is a
/// control segment "\x02" + role, which no model's template writes, followed by a text segment with its content.
Prompt role_segments(std::span<const Message> messages);

/// /chat/completions for a prompt of role segments, /completions for one of text alone. Throws `Error` (user) for other
/// control segments: an endpoint has no way to tell them from text that a user typed.
HttpJob completion_job(const Request& request, const std::string& model);

/// The answer in a reply. A reply that is rejected or filtered is `Finish::error`, with its reason as the text.
Completion read_completion(const Request& request, const HttpReply& reply);
/// Tokens of the prompt, 0 where the endpoint does not say.
std::uint64_t prompt_tokens(const HttpReply& reply);

/// Asks for the first token of an answer, and for the 20 likeliest (what OpenAI's interface lists at most).
HttpJob choice_job(const Question& question, const std::string& model, std::size_t number);
/// log p of the token that is, without white space around it, each option; −∞ where it is not listed. Throws `Error`
/// (user) for an endpoint that lists none.
std::vector<double> read_choice(const HttpReply& reply, std::span<const std::string> options);

HttpJob embedding_job(std::span<const std::string> texts, const std::string& model, std::size_t first);
/// One row a text, in their order, not normalised. Throws `Error` (failure) if it is not `count` rows of one width.
std::vector<std::vector<float>> read_embeddings(const HttpReply& reply, std::size_t count);

}  // namespace udrl::lm
