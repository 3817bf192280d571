// Reading OpenAI's JSON as endpoints really write it. Not for: requests (messages.cpp).
#include "replies.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "answer/answer_end.hpp"
#include "udrl/base/ascii.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::lm {
namespace {

using nlohmann::json;

constexpr std::size_t shown_bytes = 300;
constexpr std::size_t most_answer_bytes = std::size_t{1} << 20U;  // a record holds it, whose line must be read again
constexpr double most_tokens = 1e9;

struct KnownFinish {
  const char* name;  ///< in small letters
  Finish finish;
};
/// As OpenAI, vLLM, SGLang, TGI, Anthropic, Gemini, Cohere, Mistral and DeepSeek call it. What calls a tool has ended.
constexpr KnownFinish known_finishes[] = {
    {"stop", Finish::stop},
    {"eos", Finish::stop},
    {"eos_token", Finish::stop},
    {"end", Finish::stop},
    {"end_turn", Finish::stop},
    {"stop_sequence", Finish::stop},
    {"complete", Finish::stop},
    {"completed", Finish::stop},
    {"tool_calls", Finish::stop},
    {"tool_use", Finish::stop},
    {"function_call", Finish::stop},
    {"length", Finish::length},
    {"max_tokens", Finish::length},
    {"max_length", Finish::length},
    {"max_output_tokens", Finish::length},
    {"model_length", Finish::length},
    {"model_context_window_exceeded", Finish::length},
    {"content_filter", Finish::filtered},
    {"content_filtered", Finish::filtered},
    {"safety", Finish::filtered},
    {"recitation", Finish::filtered},
    {"blocklist", Finish::filtered},
    {"prohibited_content", Finish::filtered},
    {"spii", Finish::filtered},
    {"refusal", Finish::filtered},
    {"error_toxic", Finish::filtered},
    {"guardrail_intervened", Finish::filtered},
    {"error", Finish::error},
    {"abort", Finish::error},
    {"cancelled", Finish::error},
    {"insufficient_system_resource", Finish::error},
};

std::optional<Finish> known_finish(const std::string& reason) {
  const std::string name = small_letters(reason);
  for (const KnownFinish& known : known_finishes)
    if (name == known.name) return known.finish;
  return std::nullopt;
}

/// The member, or null where there is none.
const json& member(const json& object, const char* name) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

json parsed(const HttpReply& reply) { return data::json_or_discarded(reply.body); }

std::string text_in(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

/// Cuts what is longer where a character ends, and says whether it was.
bool cut_to(std::size_t most_bytes, std::string& text) {
  if (text.size() <= most_bytes) return false;
  while (most_bytes > 0 && (static_cast<unsigned char>(text[most_bytes]) & 0xC0U) == 0x80U) --most_bytes;
  text.resize(most_bytes);
  return true;
}

/// Without control characters and what is not UTF-8, cut where a character ends.
std::string fit_to_show(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  cut_to(shown_bytes, text);
  const std::string quoted = data::json_line(json(text));
  return data::parse_json(quoted).get<std::string>();
}

/// The likeliest places of a message; "" where there is none.
std::string message_in(const json& answer) {
  const json& error = member(answer, "error");
  for (const json* place : {&member(error, "message"), &error, &member(answer, "message"), &member(answer, "detail")}) {
    if (place->is_string()) return place->get<std::string>();
    if (place->is_array() && !place->empty()) return data::json_line(*place);
  }
  return "";
}

/// As OpenAI's interface and Azure's say that the request itself was not let through.
bool is_filtered_error(const json& answer) {
  const json& error = member(answer, "error");
  for (const char* name : {"code", "type"}) {
    const std::string code = text_in(member(error, name));
    if (code == "content_filter" || code == "content_policy_violation") return true;
  }
  return false;
}

/// The first choice, or null.
const json& choice_of(const json& answer) {
  static const json nothing;
  const json& choices = member(answer, "choices");
  return choices.is_array() && !choices.empty() ? choices[0] : nothing;
}

const json& content_in(const json& choice) {
  const json& message = member(choice, "message");
  return message.is_object() ? member(message, "content") : member(choice, "text");
}

/// A text, or the texts among a list of parts.
std::string content_of(const json& choice) {
  const json& content = content_in(choice);
  if (!content.is_array()) return text_in(content);
  std::string text;
  for (const json& part : content) text += text_in(member(part, "text"));
  return text;
}

std::string status_fault(const HttpReply& reply) {
  return reply.status >= 200 && reply.status < 300 ? "" : "status " + std::to_string(reply.status);
}

/// What is wrong with any reply; "" for a JSON object without an error.
std::string plain_fault(const HttpReply& reply, const json& answer) {
  if (std::string fault = status_fault(reply); !fault.empty()) return fault;
  if (answer.is_discarded()) {
    const std::string excess = data::json_excess(reply.body);
    return excess.empty() ? "not JSON" : "JSON that is too much: " + excess;
  }
  if (!answer.is_object()) return "no object";
  return member(answer, "error").is_null() ? "" : "error in the reply";
}

/// A whole count; 0 for whatever else stands there.
std::uint64_t count_in(const json& usage, const char* name) {
  const json& value = member(usage, name);
  const double count = value.is_number() ? value.get<double>() : 0;
  return count > 0 && count < most_tokens ? static_cast<std::uint64_t>(count) : 0;
}

/// A reason that is missing or unknown says nothing: a text of all the tokens that were allowed was cut.
void read_finish(Completion& completion, const json& choice, const Request& request) {
  const json& reason = member(choice, "finish_reason");
  const std::string name = reason.is_null()     ? ""
                           : reason.is_string() ? reason.get<std::string>()
                                                : data::json_line(reason);
  if (const auto known = known_finish(name)) {
    completion.finish = *known;
    return;
  }
  completion.unknown_finish = fit_to_show(name);
  const bool is_cut = request.sampling.max_tokens > 0 && completion.tokens >= request.sampling.max_tokens;
  completion.finish = is_cut ? Finish::length : Finish::stop;
}

/// Calls `take` with each token that is listed and its log-probability. False where there is no list.
bool for_each_listed(const json& answer, const std::function<void(const std::string&, double)>& take) {
  const json& logs = member(choice_of(answer), "logprobs");
  const json& content = member(logs, "content");
  const json& list =
      content.is_array() && !content.empty() ? member(content[0], "top_logprobs") : member(logs, "top_logprobs");
  if (content.is_array() && list.is_array()) {
    for (const json& entry : list)
      if (const json& log_prob = member(entry, "logprob"); log_prob.is_number())
        take(text_in(member(entry, "token")), log_prob.get<double>());
    return !list.empty();
  }
  if (!list.is_array() || list.empty() || !list[0].is_object()) return false;
  for (const auto& [token, log_prob] : list[0].items())
    if (log_prob.is_number()) take(token, log_prob.get<double>());
  return !list[0].empty();
}

}  // namespace

std::string words_of(const HttpReply& reply) {
  const std::string message = message_in(parsed(reply));
  return fit_to_show(message.empty() ? reply.body : message);
}

std::string completion_fault(const HttpReply& reply) {
  const json answer = parsed(reply);
  if (is_filtered_error(answer)) return "";
  if (std::string fault = plain_fault(reply, answer); !fault.empty()) return fault;
  const json& choice = choice_of(answer);
  if (!choice.is_object()) return "no choices";
  const std::string reason = text_in(member(choice, "finish_reason"));
  if (known_finish(reason) == Finish::error) return "finish_reason " + small_letters(reason);
  return member(choice, "message").is_object() || member(choice, "text").is_string() ? "" : "no text";
}

std::string embedding_fault(const HttpReply& reply) { return plain_fault(reply, parsed(reply)); }

Completion read_completion(const Request& request, const HttpReply& reply) {
  Completion completion;
  completion.id = request.id;
  completion.mark = request.mark;
  completion.log_prob = std::numeric_limits<double>::quiet_NaN();
  completion.seconds = completion.first_token_s = reply.seconds;
  if (!reply.fault.empty()) {
    completion.finish = Finish::error;
    completion.cause = reply.fault;
    completion.text = words_of(reply);
    return completion;
  }
  const json answer = parsed(reply);
  completion.finish = Finish::filtered;
  if (is_filtered_error(answer)) return completion;
  const json& choice = choice_of(answer);
  completion.text = content_of(choice);
  completion.tokens = static_cast<int>(count_in(member(answer, "usage"), "completion_tokens"));
  read_finish(completion, choice, request);
  if (completion.finish != Finish::filtered && cut_at_end(completion.text, request.sampling))
    completion.finish = Finish::stop;
  if (cut_to(most_answer_bytes, completion.text) && completion.finish == Finish::stop)
    completion.finish = Finish::length;
  return completion;
}

TokenCounts token_counts(const HttpReply& reply) {
  const json answer = parsed(reply);
  const json& usage = member(answer, "usage");
  return {count_in(usage, "prompt_tokens"), count_in(usage, "completion_tokens")};
}

Choice read_choice(const HttpReply& reply, std::span<const std::string> options) {
  const json answer = parsed(reply);
  Choice choice;
  choice.is_filtered = is_filtered_error(answer) ||
                       known_finish(text_in(member(choice_of(answer), "finish_reason"))) == Finish::filtered;
  choice.log_probs.assign(options.size(), -std::numeric_limits<double>::infinity());
  choice.is_listed = for_each_listed(answer, [&](const std::string& token, double log_prob) {
    const std::string text = trimmed(token);
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (text == options[i]) choice.log_probs[i] = std::max(choice.log_probs[i], log_prob);
    }
  });
  return choice;
}

std::vector<std::vector<float>> read_embeddings(const HttpReply& reply, std::size_t count) {
  const Error wrong = failure("the endpoint's embeddings cannot be read")
                          .expected(std::to_string(count) + " rows of one width")
                          .got((reply.fault.empty() ? "" : reply.fault + ": ") + words_of(reply))
                          .hint(endpoint_hint);
  if (!reply.fault.empty()) throw wrong;
  std::vector<std::vector<float>> rows(count);
  try {
    const json answer = parsed(reply);
    for (const json& entry : answer.at("data")) {
      const json& index = entry.at("index");
      if (!index.is_number_unsigned()) throw wrong;
      rows.at(index.get<std::size_t>()) = entry.at("embedding").get<std::vector<float>>();
    }
  } catch (const std::exception&) {
    throw wrong;
  }
  for (const auto& row : rows) {
    const bool are_numbers = std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); });
    if (row.empty() || row.size() != rows.front().size() || !are_numbers) throw wrong;
  }
  return rows;
}

}  // namespace udrl::lm
