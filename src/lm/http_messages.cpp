// OpenAI's JSON. Not for: sending (http_client.cpp).
#include "http_messages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "answer_end.hpp"
#include "chat_template.hpp"
#include "sampler.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"

namespace udrl::lm {
namespace {

using nlohmann::json;

constexpr char role_mark = '\x02';
constexpr std::size_t shown_body = 300;

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

void add_sampling(json& body, const Request& request) {
  const Sampling& sampling = request.sampling;
  check_sampling(sampling);
  body["temperature"] = sampling.temperature;
  body["top_p"] = sampling.top_p;
  body["max_tokens"] = sampling.max_tokens;
  body["seed"] = seed_of(request);
  // Not OpenAI's own, and refused by some: sent only where asked for.
  if (sampling.top_k > 0) body["top_k"] = sampling.top_k;
  if (sampling.repeat_penalty != 1.0) body["repetition_penalty"] = body["repeat_penalty"] = sampling.repeat_penalty;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Completion failed(Completion completion, const HttpReply& reply) {
  completion.finish = Finish::error;
  completion.text = "status " + std::to_string(reply.status) + ": " + reply.body.substr(0, shown_body);
  return completion;
}

std::string dump(const json& body) { return body.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string content_of(const json& choice) {
  const json& content = choice.contains("message") ? choice.at("message").at("content") : choice.at("text");
  return content.is_null() ? std::string() : content.get<std::string>();
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

HttpJob completion_job(const Request& request, const std::string& model) {
  if (request.prompt.empty()) throw user_error("a prompt is empty").at("request " + request.id);
  if (!request.sampling.allowed_control.empty()) {
    throw user_error("control tokens cannot be allowed at an endpoint")
        .at("request " + request.id)
        .hint("use a GGUF file for models that write control tokens");
  }
  json body{{"model", model}};
  add_sampling(body, request);
  bool plain = true;
  for (const Segment& segment : request.prompt) plain = plain && !segment.control;
  if (plain) {
    body["prompt"] = plain_text(request);
    return {request.id, "/completions", dump(body)};
  }
  body["messages"] = messages_of(request);
  return {request.id, "/chat/completions", dump(body)};
}

Completion read_completion(const Request& request, const HttpReply& reply) {
  Completion completion;
  completion.id = request.id;
  completion.log_prob = std::numeric_limits<double>::quiet_NaN();
  completion.seconds = completion.first_token_s = reply.seconds;
  try {
    const json answer = json::parse(reply.body);
    const json& choice = answer.at("choices").at(0);
    const std::string reason = choice.value("finish_reason", json()).is_string() ? choice.at("finish_reason") : "stop";
    if (reason != "stop" && reason != "length") return failed(std::move(completion), reply);
    completion.text = content_of(choice);
    completion.finish = reason == "length" ? Finish::length : Finish::stop;
    if (answer.contains("usage") && answer.at("usage").is_object()) {
      completion.tokens = answer.at("usage").value("completion_tokens", 0);
    }
  } catch (const json::exception&) {
    return failed(std::move(completion), reply);
  }
  if (cut_at_end(completion.text, request.sampling)) completion.finish = Finish::stop;
  return completion;
}

std::uint64_t prompt_tokens(const HttpReply& reply) {
  const json answer = json::parse(reply.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("usage") || !answer.at("usage").is_object()) return 0;
  return answer.at("usage").value("prompt_tokens", std::uint64_t{0});
}

HttpJob choice_job(const Question& question, const std::string& model, std::size_t number) {
  Request request{std::to_string(number), question.prompt, 0, {}};
  request.sampling.max_tokens = 1;
  request.sampling.temperature = 0;
  HttpJob job = completion_job(request, model);
  json body = json::parse(job.body);
  if (body.contains("messages")) {
    body["logprobs"] = true;
    body["top_logprobs"] = 20;
  } else {
    body["logprobs"] = 5;
  }
  job.body = dump(body);
  return job;
}

std::vector<double> read_choice(const HttpReply& reply, std::span<const std::string> options) {
  std::vector<double> log_probs(options.size(), -std::numeric_limits<double>::infinity());
  bool listed = false;
  const auto take = [&](const std::string& token, double log_prob) {
    listed = true;
    const std::string text = trimmed(token);
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (text == options[i]) log_probs[i] = std::max(log_probs[i], log_prob);
    }
  };
  try {
    const json logs = json::parse(reply.body).at("choices").at(0).at("logprobs");
    if (logs.contains("content")) {
      for (const json& entry : logs.at("content").at(0).at("top_logprobs"))
        take(entry.at("token"), entry.at("logprob"));
    } else {
      for (const auto& [token, log_prob] : logs.at("top_logprobs").at(0).items()) take(token, log_prob);
    }
  } catch (const json::exception&) {
    listed = false;
  }
  if (listed) return log_probs;
  throw user_error("the endpoint gives no log-probabilities, which a judge needs")
      .got("status " + std::to_string(reply.status) + ": " + reply.body.substr(0, shown_body))
      .hint("take an endpoint that answers `top_logprobs`, or a judge that runs in process (gguf = …)");
}

HttpJob embedding_job(std::span<const std::string> texts, const std::string& model, std::size_t first) {
  const json body{{"model", model}, {"input", std::vector<std::string>(texts.begin(), texts.end())}};
  return {std::to_string(first), "/embeddings", dump(body)};
}

std::vector<std::vector<float>> read_embeddings(const HttpReply& reply, std::size_t count) {
  const Error wrong = failure("the endpoint's embeddings cannot be read")
                          .expected(std::to_string(count) + " rows of one width")
                          .got("status " + std::to_string(reply.status) + ": " + reply.body.substr(0, shown_body));
  std::vector<std::vector<float>> rows(count);
  try {
    const json answer = json::parse(reply.body);
    for (const json& entry : answer.at("data"))
      rows.at(entry.at("index")) = entry.at("embedding").get<std::vector<float>>();
  } catch (const std::exception&) {
    throw wrong;
  }
  for (const auto& row : rows) {
    if (row.empty() || row.size() != rows.front().size()) throw wrong;
  }
  return rows;
}

}  // namespace udrl::lm
