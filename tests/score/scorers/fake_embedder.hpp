// A language model whose embedding of a text is a hash of its words: texts that share words are near. Counts what it is
// asked. Not for: anything that a real model decides.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::testing {

class FakeEmbedder : public lm::LanguageModel {
 public:
  FakeEmbedder() { info_.name = "fake", info_.sha256 = std::string(64, 'f'); }
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override {
    throw failure("not an author");
  }
  lm::Prompt chat(std::span<const lm::Message>) const override { throw failure("not an author"); }

  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    asked.insert(asked.end(), texts.begin(), texts.end());
    largest_batch = std::max(largest_batch, texts.size());
    if (after_embed) after_embed();
    std::vector<std::vector<float>> rows;
    for (const std::string& text : texts) rows.push_back(vector_of(text));
    return rows;
  }

  std::vector<std::string> asked;
  std::size_t largest_batch = 0;
  std::function<void()> after_embed;

 private:
  static std::vector<float> vector_of(const std::string& text) {
    std::vector<double> sum(16, 0.0);
    for (const std::string& word : data::word_tokens(text)) {
      RandomStream random(7, word);
      for (double& x : sum) x += random.normal();
    }
    double norm = 1e-9;
    for (double x : sum) norm += x * x;
    std::vector<float> row;
    for (double x : sum) row.push_back(static_cast<float>(x / std::sqrt(norm)));
    return row;
  }

  lm::ModelInfo info_;
};

}  // namespace udrl::testing
