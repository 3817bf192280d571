// A teacher whose answers are a function of the request, so that tests know them. Counts what it was asked.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "udrl/base/process.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill::testing {

class FakeTeacher final : public lm::LanguageModel {
 public:
  FakeTeacher() { info_.name = "fake"; }
  const lm::ModelInfo& info() const override { return info_; }

  lm::Throughput complete(const lm::RequestSource& next, const lm::CompletionSink& done) override {
    lm::Throughput figures;
    while (!stop_requested()) {
      const auto request = next();
      if (!request) break;
      asked.insert(request->id);
      samplings.push_back(request->sampling);
      ++times_asked;
      lm::Completion answer;
      answer.id = request->id;
      answer.text = "A quiet scene about " + request->prompt.back().text + " number " +
                    std::to_string(request->sampling.seed % 1000);
      if (answer_with) answer.text = answer_with(*request);
      if (cut_every > 0 && times_asked % cut_every == 0) answer.finish = lm::Finish::length;
      answer.tokens = 7;
      figures.generated_tokens += 7;
      done(answer);
      if (stop_after > 0 && times_asked == stop_after) request_stop();
    }
    figures.seconds = 1;
    return figures;
  }
  std::vector<std::vector<float>> embed(std::span<const std::string>) override { return {}; }
  lm::Prompt chat(std::span<const lm::Message> messages) const override {
    lm::Prompt prompt;
    for (const auto& message : messages) {
      prompt.push_back({"<turn>", true});
      prompt.push_back({message.content, false});
    }
    return prompt;
  }

  std::set<std::string> asked;
  std::vector<lm::Sampling> samplings;                           ///< of what was asked, in order
  std::function<std::string(const lm::Request&)> answer_with{};  ///< another text
  int times_asked = 0;
  int stop_after = 0;  ///< requests after which a stop is asked for
  int cut_every = 0;   ///< each so many answers one is cut at its length

 private:
  lm::ModelInfo info_;
};

}  // namespace udrl::distill::testing
