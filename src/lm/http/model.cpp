// The http back-end. Not for: how requests are sent (client.cpp) and written (messages.cpp).
#include "model.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <map>

#include <curl/curl.h>
#include "answer/normalized.hpp"

#include "messages.hpp"
#include "redact.hpp"
#include "replies.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/loopback.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t texts_a_request = 64;

std::string checked_url(std::string url) {
  refuse_secrets_in(url);
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw user_error("invalid endpoint URL").expected("https://host/v1").got(url);
  }
  return url;
}

/// Its host, as libcurl reads it; "" where it cannot.
std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return {};
  const std::unique_ptr<char, void (*)(void*)> kept(host, curl_free);
  std::string name = host;
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  return name;
}

/// A key that travels in the clear can be read by whoever stands between.
void warn_of_open_key(const HttpPlace& place) {
  if (place.key.empty() || place.observer == nullptr) return;
  for (const std::string& url : place.urls)
    if (url.starts_with("http://") && !is_loopback(host_of(url)))
      place.observer->note(Level::warning,
                           "the endpoint's key is sent unencrypted, as its URL begins with http://: " + url);
}

void check_rest(const ModelOptions& options) {
  if (options.endpoint.http_model.empty()) {
    throw user_error("the endpoint's model has no name").hint("set http_model to the name that the endpoint knows");
  }
  if (options.weights != WeightsKind::file) {
    throw user_error("weights is for models that run in this process")
        .at(options.endpoint.urls.front())
        .expected("file")
        .got(to_string(options.weights))
        .hint("remove it: the endpoint decides on its weights");
  }
  if (options.slots < 1)
    throw user_error("slots is out of range").expected("1 or more").got(std::to_string(options.slots));
}

/// A name as such variables have, and not a key that was put in its place.
std::string shown_name(const std::string& variable) {
  const bool is_plain = variable.size() <= 40 && variable.find('_') != std::string::npos &&
                        std::all_of(variable.begin(), variable.end(),
                                    [](unsigned char c) { return c == '_' || std::isupper(c) || std::isdigit(c); });
  return is_plain ? variable : "(not shown, as it may be the key itself)";
}

std::string key_of(const ModelOptions& options) {
  if (options.endpoint.api_key_env.empty()) return {};
  const char* key = std::getenv(options.endpoint.api_key_env.c_str());
  if (key == nullptr || *key == '\0') {
    throw user_error("the environment variable that should hold the endpoint's key is not set")
        .at("api_key_env = " + shown_name(options.endpoint.api_key_env))
        .hint("export the key as a variable, give api_key_env the variable's name, and run again");
  }
  return key;
}

/// What udrl sets itself, as records and results say.
void refuse_own_fields(const ModelOptions& options) {
  for (const char* own : {"model", "messages", "prompt", "input", "stream", "n", "temperature", "top_p", "top_k"}) {
    if (!options.endpoint.extra.contains(own)) continue;
    throw user_error("'extra' cannot set this field of the request")
        .at("extra." + std::string(own))
        .hint("it has an option of its own, or must stay as it is");
  }
  for (const char* needed : {"model", "messages", "prompt", "input"}) {
    if (std::find(options.endpoint.leave_out.begin(), options.endpoint.leave_out.end(), needed) ==
        options.endpoint.leave_out.end())
      continue;
    throw user_error("a request cannot go without this field").at("leave_out").got(needed).hint("take it out");
  }
}

HttpPlace place_of(const ModelOptions& options, Observer* observer) {
  HttpPlace place;
  for (const std::string& url : options.endpoint.urls) place.urls.push_back(checked_url(url));
  check_rest(options);
  place.key = key_of(options);
  place.pace = {options.slots, options.endpoint.longest_wait, options.endpoint.retry_for};
  place.observer = observer;
  warn_of_open_key(place);
  return place;
}

/// Answers of batches need one.
std::filesystem::path cache_folder(const EndpointOptions& options, const OpenFor& whom) {
  if (!options.batches || !options.response_cache.empty()) return options.response_cache;
  if (whom.output.empty())
    throw user_error("answers of batches need a folder to be kept in").hint("name one with response_cache");
  return whom.output / "responses";
}

std::unique_ptr<ResponseCache> cache_in(const std::filesystem::path& folder) {
  return folder.empty() ? nullptr : std::make_unique<ResponseCache>(folder);
}

RequestForm form_of(const ModelOptions& options) {
  refuse_own_fields(options);
  return {options.endpoint.http_model, options.endpoint.extra, options.endpoint.leave_out};
}

/// What is wrong with this one request, so that asking again changes nothing.
bool is_own_fault(const HttpReply& reply) { return reply.status == 400 || reply.status == 413 || reply.status == 422; }

Error no_probabilities(const HttpReply& reply) {
  return user_error("the endpoint gives no log-probabilities, which a judge needs")
      .got("status " + std::to_string(reply.status) + ": " + words_of(reply))
      .hint("take an endpoint that answers `top_logprobs`, or a judge that runs in process (gguf = …)");
}

/// Rows of choices, and what a judge did not answer.
class Choices {
 public:
  Choices(std::size_t questions, std::span<const std::string> options)
      : options_(options),
        rows_(questions, std::vector<double>(options.size(), std::numeric_limits<double>::quiet_NaN())) {}

  void take(std::size_t question, const HttpReply& reply) {
    ++answered_;
    if (!reply.fault.empty()) return fail(reply);
    Choice choice = read_choice(reply, options_);
    if (choice.is_filtered) return void(++filtered_);
    rows_[question] = std::move(choice.log_probs);
    any_listed_ = any_listed_ || choice.is_listed;
    unlisted_reply_ = reply;
    if (!any_listed_ && ++unlisted_ == most_unlisted) throw no_probabilities(reply);
  }
  std::vector<std::vector<double>> finish() {
    if (answered_ < rows_.size()) throw stopped_error("stopped while a judge was asked", "run the same command again");
    if (failed_ > 0 || (own_faults_ > 0 && own_faults_ == rows_.size())) throw failed();
    if (unlisted_ > 0 && !any_listed_) throw no_probabilities(unlisted_reply_);
    return std::move(rows_);
  }

 private:
  static constexpr int most_unlisted = 8;

  void fail(const HttpReply& reply) {
    ++(is_own_fault(reply) ? own_faults_ : failed_);
    failure_ = reply.fault + ": " + words_of(reply);
  }
  Error failed() const {
    return failure("a judge left questions without an answer")
        .got(std::to_string(failed_ + own_faults_) + " of " + std::to_string(rows_.size()) + ", " + failure_)
        .hint(endpoint_hint);
  }

  std::span<const std::string> options_;
  std::vector<std::vector<double>> rows_;
  std::size_t answered_ = 0, failed_ = 0, own_faults_ = 0, filtered_ = 0;
  int unlisted_ = 0;
  bool any_listed_ = false;
  std::string failure_;
  HttpReply unlisted_reply_;
};

}  // namespace

HttpModel::HttpModel(const ModelOptions& options, const OpenFor& whom)
    : form_(form_of(options)),
      place_(place_of(options, whom.observer)),
      ledger_(whom.output.empty() ? whom.output : whom.output / usage_file, options.endpoint),
      batch_setting_{cache_folder(options.endpoint, whom), options.endpoint.batch_poll},
      cache_(cache_in(batch_setting_.folder)),
      client_(place_, ledger_, cache_.get()) {
  info_.name = options.endpoint.http_model;
  if (options.endpoint.batches) batches_.emplace(place_, batch_setting_, *cache_, ledger_);
}

Throughput HttpModel::complete(const RequestSource& next, const CompletionSink& done) {
  if (!batches_) return ask(next, done);
  batches_->collect();
  Throughput sum;
  while (!stop_requested()) {
    Gathered some = gather(next);
    if (some.requests.empty()) break;
    batches_->submit_and_collect(some.jobs);
    std::size_t taken = 0;
    const auto each = [&]() -> std::optional<Request> {
      return taken < some.requests.size() ? std::optional(std::move(some.requests[taken++])) : std::nullopt;
    };
    const Throughput figures = ask(each, done);
    sum.prompt_tokens += figures.prompt_tokens;
    sum.generated_tokens += figures.generated_tokens;
    sum.seconds += figures.seconds;
  }
  return sum;
}

/// Up to the limits of a batch and of money: the one that is too much for the money is told so when it is asked.
HttpModel::Gathered HttpModel::gather(const RequestSource& next) {
  Gathered some;
  std::vector<Reserved> reserved;
  std::size_t bytes = 0;
  while (some.requests.size() < Batches::most_requests && bytes < Batches::most_bytes) {
    std::optional<Request> request = next();
    if (!request) break;
    HttpJob job = completion_job(*request, form_);
    some.requests.push_back(std::move(*request));
    if (cache_->has(ResponseCache::key_of(job))) continue;
    if (!ledger_.has_room(job)) break;
    reserved.push_back(ledger_.sent(job));
    bytes += job.body.size();
    some.jobs.push_back(std::move(job));
  }
  for (const Reserved& one : reserved) ledger_.release(one);
  return some;
}

Throughput HttpModel::ask(const RequestSource& next, const CompletionSink& done) {
  Throughput figures;
  const auto start = std::chrono::steady_clock::now();
  std::multimap<std::string, Request> asked;
  const auto next_job = [&]() -> std::optional<HttpJob> {
    std::optional<Request> request = next();
    if (!request) return std::nullopt;
    HttpJob job = completion_job(*request, form_);
    asked.emplace(job.id, std::move(*request));
    return job;
  };
  const auto take = [&](const HttpJob& job, const HttpReply& reply) {
    const auto request = asked.find(job.id);
    Completion completion = read_completion(request->second, reply);
    asked.erase(request);
    figures.prompt_tokens += token_counts(reply).prompt;
    figures.generated_tokens += static_cast<std::uint64_t>(completion.tokens);
    done(std::move(completion));
  };
  client_.run({next_job, take, completion_fault, amend()});
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
  Choices choices(questions.size(), options);
  std::size_t asked = 0;
  const auto next_job = [&]() -> std::optional<HttpJob> {
    if (asked == questions.size()) return std::nullopt;
    const std::size_t i = asked++;
    return choice_job(questions[i], form_, i);
  };
  const auto take = [&](const HttpJob& job, const HttpReply& reply) { choices.take(std::stoul(job.id), reply); };
  client_.run({next_job, take, completion_fault, amend()});
  return choices.finish();
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
    return embedding_job(texts.subspan(first, size_at(first)), form_, first);
  };
  const auto take = [&](const HttpJob& job, const HttpReply& reply) {
    const std::size_t first = std::stoul(job.id);
    const auto some = read_embeddings(reply, size_at(first));
    if (width_ == 0) width_ = some.front().size();
    if (some.front().size() != width_)
      throw failure("the endpoint's embeddings are not all of one width")
          .expected(std::to_string(width_) + " numbers, as before")
          .got(std::to_string(some.front().size()))
          .hint("do several models answer under one name?");
    for (std::size_t i = 0; i < some.size(); ++i) rows[first + i] = normalized(some[i]);
    answered += some.size();
  };
  client_.run({next_job, take, embedding_fault});
  if (answered < texts.size()) throw stopped_error("stopped while texts were embedded", "run the same command again");
  return rows;
}

std::function<bool(HttpJob&, const HttpReply&)> HttpModel::amend() {
  return [this](HttpJob& job, const HttpReply& reply) { return amend_tokens_field(job, reply, form_); };
}

Prompt HttpModel::chat(std::span<const Message> messages) const { return role_segments(messages); }

}  // namespace udrl::lm
