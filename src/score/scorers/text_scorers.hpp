// The scorers that read text alone. Not for: choosing among them (scorer.cpp), or those that ask a model.
#pragma once

#include "batch_scorer.hpp"

namespace udrl::score {

/// A scorer of one value that is a function of an answer.
class TextScorer : public Scorer {
 public:
  using Function = double (*)(const Candidate& answer);
  TextScorer(std::string name, Function value) : name_(std::move(name)), value_(value) {}
  std::vector<std::string> value_names() const override { return {name_}; }
  void score(std::span<const Candidate> answers, std::span<Values> values) override {
    for (std::size_t i = 0; i < answers.size(); ++i) values[i][name_] = value_(answers[i]);
  }

 private:
  std::string name_;
  Function value_;
};

double words(const Candidate& answer);
double tokens(const Candidate& answer);
double repetition(const Candidate& answer);

class Copying : public Scorer {
 public:
  std::vector<std::string> value_names() const override { return {"copying", "copy_ngram"}; }
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

class Validity : public BatchScorer {
 public:
  /// Throws `Error` (user) without `is_valid`.
  explicit Validity(std::shared_ptr<Batch> shared);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

}  // namespace udrl::score
