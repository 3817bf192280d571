// The http back-end: an OpenAI-compatible endpoint. Not for: how requests are sent (client.hpp) and written
// (messages.hpp).
#pragma once

#include "client.hpp"
#include "messages.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

class HttpModel final : public LanguageModel {
 public:
  /// Reads the key from the environment. Throws `Error` (user): a URL that is not http(s), no model name, a variable
  /// that is not set, further fields that are none. `observer`, which may be null, is told of long waits.
  HttpModel(const ModelOptions& options, Observer* observer);

  const ModelInfo& info() const override { return info_; }
  Throughput complete(const RequestSource& next, const CompletionSink& done) override;
  Likelihoods log_probs(std::span<const Continuation> continuations) override;
  std::vector<std::vector<double>> choice_log_probs(std::span<const Question> questions,
                                                    std::span<const std::string> options) override;
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override;
  Prompt chat(std::span<const Message> messages) const override;

 private:
  std::function<bool(HttpJob&, const HttpReply&)> amend();

  RequestForm form_;
  HttpClient client_;
  ModelInfo info_;
};

}  // namespace udrl::lm
