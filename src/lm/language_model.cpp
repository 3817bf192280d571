// What all back-ends share: opening one, answers in order. Not for: the back-ends themselves.
#include "udrl/lm/language_model.hpp"

#include "gguf/model.hpp"
#include "http/model.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {

Likelihoods LanguageModel::log_probs(std::span<const Continuation>) {
  throw user_error("this model cannot measure how likely a text is").at(info().name);
}

double LanguageModel::log_prob(const Prompt& prompt, const std::string& continuation) {
  const Continuation one{{prompt, 0}, continuation};
  return log_probs({&one, 1}).values.front().log_prob;
}

std::vector<std::vector<double>> LanguageModel::choice_log_probs(std::span<const Question>,
                                                                 std::span<const std::string>) {
  throw user_error("this model cannot choose among options").at(info().name);
}

std::size_t LanguageModel::check(const Request&) const { return 0; }

std::vector<std::string> LanguageModel::missing_control(std::span<const std::string>) const { return {}; }

std::vector<Completion> complete_all(LanguageModel& model, std::span<const Request> requests) {
  std::vector<Completion> answers(requests.size());
  std::size_t asked = 0;
  std::size_t answered = 0;
  const auto next = [&]() -> std::optional<Request> {
    if (asked == requests.size()) return std::nullopt;
    Request request = requests[asked];
    request.mark = asked++;  // an id need not be unique
    return request;
  };
  const auto done = [&](Completion completion) {
    const auto position = static_cast<std::size_t>(completion.mark);
    completion.mark = requests[position].mark;
    answers[position] = std::move(completion);
    ++answered;
  };
  model.complete(next, done);
  if (answered < requests.size())
    throw stopped_error("stopped while a model was answering", "run the same command again");
  return answers;
}

std::unique_ptr<LanguageModel> open_model(const ModelOptions& options, const OpenFor& whom) {
  if (options.gguf.empty() == options.endpoint.urls.empty()) {
    throw user_error("a model is either a GGUF file or an endpoint")
        .expected("exactly one of gguf and url")
        .got(options.gguf.empty() ? "neither" : "both");
  }
  if (!options.endpoint.urls.empty()) return std::make_unique<HttpModel>(options, whom);
  return std::make_unique<GgufModel>(options);
}

}  // namespace udrl::lm
