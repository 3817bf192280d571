// The http back-end. Not for: how requests are sent (http_client.cpp) and written (http_messages.cpp).
#include "http_model.hpp"

#include <chrono>
#include <cstdlib>
#include <map>

#include "http_messages.hpp"
#include "normalized.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t texts_a_request = 64;

std::string checked_url(const ModelOptions& options) {
  std::string url = options.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw user_error("the endpoint's url is not one").expected("https://host/v1").got(options.url);
  }
  if (options.http_model.empty()) {
    throw user_error("the endpoint's model has no name").hint("set http_model to the name that the endpoint knows");
  }
  if (options.weights != "file") {
    throw user_error("weights is for models that run in this process")
        .at(options.url)
        .expected("file")
        .got(options.weights)
        .hint("leave it out: an endpoint has its model as it has it");
  }
  if (options.slots < 1)
    throw user_error("slots is out of range").expected("1 or more").got(std::to_string(options.slots));
  return url;
}

std::string key_of(const ModelOptions& options) {
  if (options.api_key_env.empty()) return {};
  const char* key = std::getenv(options.api_key_env.c_str());
  if (key == nullptr || *key == '\0') {
    throw user_error("the environment variable that should hold the endpoint's key is not set")
        .at("api_key_env = " + options.api_key_env)
        .hint("export " + options.api_key_env + "=… and run again");
  }
  return key;
}

}  // namespace

HttpModel::HttpModel(const ModelOptions& options)
    : model_(options.http_model), client_(checked_url(options), key_of(options), options.slots) {
  info_.name = options.http_model;
}

Throughput HttpModel::complete(const RequestSource& next, const CompletionSink& done) {
  Throughput figures;
  const auto start = std::chrono::steady_clock::now();
  std::multimap<std::string, Request> asked;
  const auto next_job = [&]() -> std::optional<HttpJob> {
    std::optional<Request> request = next();
    if (!request) return std::nullopt;
    HttpJob job = completion_job(*request, model_);
    asked.emplace(job.id, std::move(*request));
    return job;
  };
  client_.run(next_job, [&](const HttpJob& job, const HttpReply& reply) {
    const auto request = asked.find(job.id);
    Completion completion = read_completion(request->second, reply);
    asked.erase(request);
    figures.prompt_tokens += prompt_tokens(reply);
    figures.generated_tokens += static_cast<std::uint64_t>(completion.tokens);
    done(std::move(completion));
  });
  figures.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return figures;
}

Likelihoods HttpModel::log_probs(std::span<const Continuation>) {
  throw user_error("an endpoint cannot score a given text: OpenAI's interface has no such request")
      .at(info_.name)
      .hint("score likelihood with a model that runs in process (gguf = …), or leave that scorer out");
}

std::vector<std::vector<double>> HttpModel::choice_log_probs(std::span<const Question> questions,
                                                             std::span<const std::string> options) {
  std::vector<std::vector<double>> rows(questions.size());
  std::size_t asked = 0;
  std::size_t answered = 0;
  const auto next_job = [&]() -> std::optional<HttpJob> {
    if (asked == questions.size()) return std::nullopt;
    const std::size_t i = asked++;
    return choice_job(questions[i], model_, i);
  };
  client_.run(next_job, [&](const HttpJob& job, const HttpReply& reply) {
    rows[std::stoul(job.id)] = read_choice(reply, options);
    ++answered;
  });
  if (answered < questions.size()) throw stopped_error("stopped while a judge was asked", "run the same command again");
  return rows;
}

std::vector<std::vector<float>> HttpModel::embed(std::span<const std::string> texts) {
  std::vector<std::vector<float>> rows(texts.size());
  std::size_t asked = 0;
  std::size_t answered = 0;
  const auto size_at = [&](std::size_t first) { return std::min(texts_a_request, texts.size() - first); };
  const auto next_job = [&]() -> std::optional<HttpJob> {
    if (asked == texts.size()) return std::nullopt;
    const std::size_t first = asked;
    asked += size_at(first);
    return embedding_job(texts.subspan(first, size_at(first)), model_, first);
  };
  client_.run(next_job, [&](const HttpJob& job, const HttpReply& reply) {
    const std::size_t first = std::stoul(job.id);
    const auto some = read_embeddings(reply, size_at(first));
    for (std::size_t i = 0; i < some.size(); ++i) rows[first + i] = normalized(some[i]);
    answered += some.size();
  });
  if (answered < texts.size()) throw stopped_error("stopped while texts were embedded", "run the same command again");
  return rows;
}

Prompt HttpModel::chat(std::span<const Message> messages) const { return role_segments(messages); }

}  // namespace udrl::lm
