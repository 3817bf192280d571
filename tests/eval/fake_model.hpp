// A language model for tests: answers from a function, embeds by counting letters. Fast, and never mistaken for a real
// one.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "udrl/base/process.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval::testing {

class FakeModel : public lm::LanguageModel {
 public:
  std::function<std::string(const lm::Request&)> answer = [](const lm::Request&) { return "an answer"; };
  std::function<void(const lm::Request&, lm::Completion&)> change = [](const lm::Request&, lm::Completion&) {};
  std::vector<lm::Request> asked;
  int stop_after = -1;  ///< a stop is requested once so many were answered

  const lm::ModelInfo& info() const override { return info_; }

  lm::Throughput complete(const lm::RequestSource& next, const lm::CompletionSink& done) override {
    lm::Throughput throughput;
    while (!stop_requested()) {
      const auto request = next();
      if (!request) break;
      asked.push_back(*request);
      lm::Completion c;
      c.id = request->id;
      c.text = answer(*request);
      c.tokens = 4;
      c.seconds = 0.01 * static_cast<double>(asked.size());
      c.first_token_s = c.seconds / 2;
      throughput.generated_tokens += 4;
      throughput.seconds += c.seconds;
      change(*request, c);
      done(c);
      if (static_cast<int>(asked.size()) == stop_after) request_stop();
    }
    return throughput;
  }

  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    std::vector<std::vector<float>> rows;
    for (const auto& text : texts) {
      std::vector<float> row(26, 0.01F);
      for (const char c : text)
        if (c >= 'a' && c <= 'z') row[static_cast<std::size_t>(c - 'a')] += 1;
      float norm = 0;
      for (const float x : row) norm += x * x;
      for (float& x : row) x /= std::sqrt(norm);
      rows.push_back(row);
    }
    return rows;
  }

  lm::Prompt chat(std::span<const lm::Message> messages) const override {
    lm::Prompt prompt;
    for (const auto& message : messages) {
      prompt.push_back({"<turn>", true});
      prompt.push_back({message.content, false});
    }
    return prompt;
  }

 private:
  lm::ModelInfo info_{"fake", "none", "", 1000, 512, 0, "00"};
};

}  // namespace udrl::eval::testing
