// A language model for tests: what it answers is a function of the request, and it keeps what it was asked. Fast, and
// never mistaken for a real one. Not for: embeddings by words (score/scorers/fake_embedder.hpp).
#pragma once

#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "udrl/base/process.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm::testing {

class FakeModel : public LanguageModel {
 public:
  std::function<std::string(const Request&)> answer = [](const Request& request) {
    return "A quiet scene about " + (request.prompt.empty() ? "it" : request.prompt.back().text) + " number " +
           std::to_string(request.sampling.seed % 1000);
  };
  std::function<void(const Request&, Completion&)> change = [](const Request&, Completion&) {};
  std::vector<Request> asked;
  std::size_t stop_after = 0;  ///< a stop is requested once so many were answered; 0: never

  std::set<std::string> asked_ids() const {
    std::set<std::string> ids;
    for (const Request& request : asked) ids.insert(request.id);
    return ids;
  }

  const ModelInfo& info() const override { return info_; }

  Throughput complete(const RequestSource& next, const CompletionSink& done) override {
    Throughput throughput;
    while (!stop_requested()) {
      const auto request = next();
      if (!request) break;
      asked.push_back(*request);
      Completion c;
      c.id = request->id;
      c.mark = request->mark;
      c.text = answer(*request);
      c.tokens = 4;
      c.seconds = 0.01 * static_cast<double>(asked.size());
      c.first_token_s = c.seconds / 2;
      throughput.generated_tokens += 4;
      throughput.seconds += c.seconds;
      change(*request, c);
      done(c);
      if (asked.size() == stop_after) request_stop();
    }
    return throughput;
  }

  /// By how often each letter stands in a text.
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

  Prompt chat(std::span<const Message> messages) const override {
    Prompt prompt;
    for (const auto& message : messages) {
      prompt.push_back({"<turn>", true});
      prompt.push_back({message.content, false});
    }
    return prompt;
  }

 private:
  ModelInfo info_{"fake", "none", "", 1000, 512, 0, "00"};
};

}  // namespace udrl::lm::testing
