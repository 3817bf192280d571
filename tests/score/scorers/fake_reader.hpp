// A language model that finds a word likely where its prompt has it, and rates by what the answer says. Counts what it
// is asked. Not for: anything that a real model decides.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::testing {

class FakeReader : public lm::LanguageModel {
 public:
  FakeReader() { info_.name = "reader", info_.sha256 = std::string(64, 'e'); }
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override {
    throw failure("not an author");
  }
  std::vector<std::vector<float>> embed(std::span<const std::string>) override { throw failure("not an embedder"); }

  /// −1 nat for a word that stands in the prompt behind its shared segments, −4 for another; a token a word.
  lm::Likelihoods log_probs(std::span<const lm::Continuation> items) override {
    lm::Likelihoods out;
    for (const lm::Continuation& item : items) {
      asked.push_back(own_text(item.question));
      const auto words = data::word_tokens(item.text);
      lm::Likelihood likelihood{0, static_cast<int>(words.size())};
      for (const std::string& word : words) {
        likelihood.log_prob += asked.back().find(word) != std::string::npos ? -1.0 : -4.0;
      }
      out.values.push_back(likelihood);
    }
    return out;
  }
  /// Certain of 5 where the question says "excellent", of 1 where it says "useless" outside the rubric; else undecided;
  /// lists none of them where it says "unspeakable", and finds the first ten times as likely where it says "fitting".
  std::vector<std::vector<double>> choice_log_probs(std::span<const lm::Question> questions,
                                                    std::span<const std::string> options) override {
    std::vector<std::vector<double>> rows;
    for (const lm::Question& question : questions) {
      asked.push_back(own_text(question));
      std::vector<double> row(options.size(), std::log(0.1));
      if (asked.back().find("excellent") != std::string::npos) certain(row, row.size() - 1);
      if (asked.back().find("unspeakable") != std::string::npos)
        row.assign(row.size(), -std::numeric_limits<double>::infinity());
      if (asked.back().find("fitting") != std::string::npos) row[0] = 0;
      if (asked.back().find("useless") != std::string::npos) certain(row, 0);
      rows.push_back(row);
    }
    return rows;
  }
  lm::Prompt chat(std::span<const lm::Message> messages) const override {
    lm::Prompt prompt;
    for (const lm::Message& m : messages) prompt.push_back({m.content, false});
    return prompt;
  }

  std::vector<std::string> asked;  ///< what stood behind the shared segments

 private:
  static void certain(std::vector<double>& row, std::size_t of) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = i == of ? 0.0 : -std::numeric_limits<double>::infinity();
    }
  }
  static std::string own_text(const lm::Question& question) {
    std::string text;
    for (std::size_t i = question.shared_segments; i < question.prompt.size(); ++i) text += question.prompt[i].text;
    return text;
  }
  lm::ModelInfo info_;
};

}  // namespace udrl::testing
