// The http back-end: an OpenAI-compatible endpoint. Not for: how requests are sent (client.hpp) and written
// (messages.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "batches.hpp"
#include "client.hpp"
#include "messages.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

class HttpModel final : public LanguageModel {
 public:
  /// Reads the key from the environment. Throws `Error` (user): a URL that is not http(s), no model name, a variable
  /// that is not set, further fields that are none, a limit of money without prices.
  HttpModel(const ModelOptions& options, const OpenFor& whom);

  const ModelInfo& info() const override { return info_; }
  const Usage* usage() const override { return &ledger_.total(); }
  Throughput complete(const RequestSource& next, const CompletionSink& done) override;
  Likelihoods log_probs(std::span<const Continuation> continuations) override;
  std::vector<std::vector<double>> choice_log_probs(std::span<const Question> questions,
                                                    std::span<const std::string> options) override;
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override;
  Prompt chat(std::span<const Message> messages) const override;

 private:
  /// Of many requests, what a batch takes.
  struct Gathered {
    std::vector<Request> requests;
    std::vector<HttpJob> jobs;  ///< of those that the cache has no answer to
  };
  Gathered gather(const RequestSource& next);
  /// One by one, as far as the cache does not know the answer.
  Throughput ask(const RequestSource& next, const CompletionSink& done);
  std::function<bool(HttpJob&, const HttpReply&)> amend();

  RequestForm form_;
  HttpPlace place_;
  UsageLedger ledger_;
  BatchSetting batch_setting_;
  std::unique_ptr<ResponseCache> cache_;
  std::optional<Batches> batches_;
  HttpClient client_;
  ModelInfo info_;
  std::size_t width_ = 0;  ///< of its embeddings; 0: none came yet
};

}  // namespace udrl::lm
