// A model for which language is the alphabet: for tests of fluency.
#pragma once

#include <string>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::testing {

/// −1 nat for a word that comes after the one before it in the alphabet, −4 for another; a token a word.
class AlphabetReader : public lm::LanguageModel {
 public:
  AlphabetReader() { info_.name = "alphabet", info_.sha256 = std::string(64, 'a'); }
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override {
    throw failure("not an author");
  }
  std::vector<std::vector<float>> embed(std::span<const std::string>) override { throw failure("not an embedder"); }
  lm::Prompt chat(std::span<const lm::Message>) const override { throw failure("no chat"); }

  lm::Likelihoods log_probs(std::span<const lm::Continuation> items) override {
    lm::Likelihoods out;
    for (const lm::Continuation& item : items) {
      read.push_back(item.text);
      const auto words = data::word_tokens(item.text);
      lm::Likelihood likelihood{0, static_cast<int>(words.size())};
      for (std::size_t i = 0; i < words.size(); ++i)
        likelihood.log_prob += i > 0 && words[i - 1] < words[i] ? -1.0 : -4.0;
      out.values.push_back(likelihood);
    }
    return out;
  }

  std::vector<std::string> read;

 private:
  lm::ModelInfo info_;
};

}  // namespace udrl::testing
