// A model for which language is the alphabet: for tests of fluency.
#pragma once

#include <vector>

#include "fake_reader.hpp"

namespace udrl::testing {

class AlphabetReader : public FakeReader {
 public:
  /// −1 nat for a word that comes after the one before it in the alphabet, −4 for another; a token a word.
  lm::Likelihoods log_probs(std::span<const lm::Continuation> items) override {
    lm::Likelihoods out;
    for (const lm::Continuation& item : items) {
      const auto words = data::word_tokens(item.text);
      lm::Likelihood likelihood{0, static_cast<int>(words.size())};
      for (std::size_t i = 0; i < words.size(); ++i)
        likelihood.log_prob += i > 0 && words[i - 1] < words[i] ? -1.0 : -4.0;
      out.values.push_back(likelihood);
    }
    return out;
  }
};

}  // namespace udrl::testing
