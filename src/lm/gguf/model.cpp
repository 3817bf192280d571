// The gguf back-end. Not for: how it works (engine.cpp and its neighbours).
#include "model.hpp"

#include "engine_work.hpp"
#include "file.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {

GgufModel::GgufModel(const ModelOptions& options) : engine_(options) {}

const ModelInfo& GgufModel::info() const {
  if (!info_) {
    info_ = describe_model(engine_.model(), engine_.options().gguf);
    info_->file_bytes = std::filesystem::file_size(engine_.weights_file());
    info_->sha256 = engine_.source_sha256();
  }
  return *info_;
}

Throughput GgufModel::complete(const RequestSource& next, const CompletionSink& done) {
  return answer_requests(engine_, next, done);
}

std::size_t GgufModel::check(const Request& request) const { return check_request(engine_, request); }

Likelihoods GgufModel::log_probs(std::span<const Continuation> continuations) {
  return continuation_log_probs(engine_, continuations);
}

std::vector<std::vector<double>> GgufModel::choice_log_probs(std::span<const Question> questions,
                                                             std::span<const std::string> options) {
  return option_log_probs(engine_, questions, options);
}

std::vector<std::vector<float>> GgufModel::embed(std::span<const std::string> texts) {
  return embed_texts(engine_, texts);
}

std::vector<std::string> GgufModel::missing_control(std::span<const std::string> spellings) const {
  std::vector<std::string> missing;
  for (const std::string& spelled : spellings)
    if (!engine_.vocabulary().is_control_token(spelled)) missing.push_back(spelled);
  return missing;
}

Prompt GgufModel::chat(std::span<const Message> messages) const {
  if (!template_) {
    const char* source = llama_model_chat_template(engine_.model(), nullptr);
    if (source == nullptr) {
      throw user_error("the model file holds no chat template")
          .at(engine_.options().gguf.string())
          .hint("take an instruction-tuned model, or give it plain prompts");
    }
    template_.emplace(source, engine_.vocabulary().begin_text(), engine_.vocabulary().end_text());
  }
  return template_->render(messages);
}

}  // namespace udrl::lm
