// Writing OpenAI's JSON. Not for: replies (replies.cpp).
#include "messages.hpp"

#include <nlohmann/json.hpp>

#include "answer/chat_template.hpp"
#include "answer/sampler.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::lm {
namespace {

using nlohmann::json;

constexpr char role_mark = '\x02';

bool is_role(const Segment& segment) {
  return segment.control && !segment.text.empty() && segment.text[0] == role_mark;
}

json messages_of(const Request& request) {
  json messages = json::array();
  for (const Segment& segment : request.prompt) {
    if (is_role(segment)) {
      messages.push_back({{"role", segment.text.substr(1)}, {"content", ""}});
    } else if (segment.control || messages.empty()) {
      throw user_error("a prompt with control tokens cannot be sent to an endpoint")
          .at("request " + request.id)
          .hint("an endpoint takes chats and plain text; use a GGUF file for models with control tokens");
    } else {
      messages.back()["content"].get_ref<std::string&>() += segment.text;
    }
  }
  return messages;
}

std::string plain_text(const Request& request) {
  std::string text;
  for (const Segment& segment : request.prompt) text += segment.text;
  return text;
}

/// Endpoints take 31 bits. Draws of one prompt differ by their id, as they do in process.
std::uint32_t seed_of(const Request& request) { return RandomStream(request.sampling.seed, request.id)() >> 1U; }

void add_sampling(json& body, const Request& request, const RequestForm& form) {
  const Sampling& sampling = request.sampling;
  check_sampling(sampling);
  body["temperature"] = sampling.temperature;
  body["top_p"] = sampling.top_p;
  body[form.tokens_field] = sampling.max_tokens;
  body["seed"] = seed_of(request);
  if (!sampling.stop.empty()) body["stop"] = sampling.stop;
  // Not OpenAI's own, and refused by some: sent only where asked for.
  if (sampling.top_k > 0) body["top_k"] = sampling.top_k;
  if (sampling.repeat_penalty != 1.0) body["repetition_penalty"] = body["repeat_penalty"] = sampling.repeat_penalty;
}

/// The config has the last word.
void apply_form(json& body, const RequestForm& form) {
  body["model"] = form.model;
  for (const auto& [name, value] : form.extra) body[name] = data::parse_json(value.text);
  for (const std::string& name : form.leave_out) body.erase(name);
}

}  // namespace

Prompt role_segments(std::span<const Message> messages) {
  Prompt prompt;
  for (const Message& message : messages) {
    prompt.push_back({role_mark + to_string(message.role), true});
    prompt.push_back({message.content, false});
  }
  return prompt;
}

HttpJob completion_job(const Request& request, const RequestForm& form) {
  if (request.prompt.empty()) throw user_error("a prompt is empty").at("request " + request.id);
  if (!request.sampling.allowed_control.empty()) {
    throw user_error("control tokens cannot be allowed at an endpoint")
        .at("request " + request.id)
        .hint("use a GGUF file for models that write control tokens");
  }
  json body;
  add_sampling(body, request, form);
  apply_form(body, form);
  bool plain = true;
  for (const Segment& segment : request.prompt) plain = plain && !segment.control;
  if (plain) {
    body["prompt"] = plain_text(request);
    return {request.id, "/completions", data::json_line(body), request.sampling.max_tokens};
  }
  body["messages"] = messages_of(request);
  return {request.id, "/chat/completions", data::json_line(body), request.sampling.max_tokens};
}

bool amend_tokens_field(HttpJob& job, const HttpReply& reply, RequestForm& form) {
  const std::string usual = "max_tokens", other = "max_completion_tokens";
  if (reply.body.find(other) == std::string::npos) return false;
  json body = data::parse_json(job.body);
  if (!body.contains(usual) || form.extra.contains(usual)) return false;
  form.tokens_field = other;
  body[other] = body[usual];
  body.erase(usual);
  job.body = data::json_line(body);
  return true;
}

HttpJob choice_job(const Question& question, const RequestForm& form, std::size_t number) {
  Request request{std::to_string(number), question.prompt, 0, {}};
  request.sampling.max_tokens = 1;
  request.sampling.temperature = 0;
  HttpJob job = completion_job(request, form);
  json body = data::parse_json(job.body);
  if (body.contains("messages")) {
    body["logprobs"] = true;
    body["top_logprobs"] = 20;
  } else {
    body["logprobs"] = 5;
  }
  job.body = data::json_line(body);
  return job;
}

HttpJob embedding_job(std::span<const std::string> texts, const RequestForm& form, std::size_t first) {
  json body;
  apply_form(body, form);
  body["input"] = std::vector<std::string>(texts.begin(), texts.end());
  return {std::to_string(first), "/embeddings", data::json_line(body), 0};
}

}  // namespace udrl::lm
