// What an endpoint's replies say. Not for: requests (messages.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "job.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// The endpoint's own words, fit to be shown: the message of an error, else how the body begins.
std::string words_of(const HttpReply& reply);

/// `HttpReply::fault` of a reply that should hold a completion: an error, no JSON, no choices. A request that the
/// endpoint's filter withheld has none: that is its answer.
std::string completion_fault(const HttpReply& reply);
/// The same for embeddings.
std::string embedding_fault(const HttpReply& reply);

/// The answer in a reply. One with a fault is `Finish::error`, its text the endpoint's words. Counts of tokens that are
/// none are 0.
Completion read_completion(const Request& request, const HttpReply& reply);
/// Tokens of prompt and answer, 0 where the endpoint does not say.
struct TokenCounts {
  std::uint64_t prompt = 0, generated = 0;
};
TokenCounts token_counts(const HttpReply& reply);

/// What a reply says of the first token of an answer.
struct Choice {
  bool is_filtered = false;       ///< the endpoint's filter withheld what the reply should hold, or its rest
  bool is_listed = false;         ///< it lists probabilities of tokens at all
  std::vector<double> log_probs;  ///< of the token that is, without white space around it, each option; −∞: not listed
};
Choice read_choice(const HttpReply& reply, std::span<const std::string> options);

/// One row a text, in their order, not normalised. Throws `Error` (failure) if it is not `count` rows of one width.
std::vector<std::vector<float>> read_embeddings(const HttpReply& reply, std::size_t count);

}  // namespace udrl::lm
