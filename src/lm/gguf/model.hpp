// The gguf back-end: a GGUF file in process, through llama.cpp. Not for: how it works (engine.hpp and its
// neighbours).
#pragma once

#include <optional>

#include "answer/chat_template.hpp"
#include "engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

class GgufModel final : public LanguageModel {
 public:
  explicit GgufModel(const ModelOptions& options);

  const ModelInfo& info() const override;
  Throughput complete(const RequestSource& next, const CompletionSink& done) override;
  std::size_t check(const Request& request) const override;
  Likelihoods log_probs(std::span<const Continuation> continuations) override;
  std::vector<std::vector<double>> choice_log_probs(std::span<const Question> questions,
                                                    std::span<const std::string> options) override;
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override;
  std::vector<std::string> missing_control(std::span<const std::string> spellings) const override;
  Prompt chat(std::span<const Message> messages) const override;

 private:
  Engine engine_;
  mutable std::optional<ModelInfo> info_;  ///< made when first asked for: the file's hash takes a second
  mutable std::optional<ChatTemplate> template_;
};

}  // namespace udrl::lm
