// The scorers that have a causal model read: how likely texts are, and what it would rate them. Not for: writing.
#pragma once

#include "batch_scorer.hpp"

namespace udrl::score {

/// Pointwise mutual information of intent and answer, by the token of the intent. The model is shown the task's
/// examples, answer first, and asked what the request was; the baseline is the same question without an answer.
class Pmi : public BatchScorer {
 public:
  Pmi(std::shared_ptr<Batch> shared, bool masked);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;

 private:
  lm::Continuation ask(const Candidate& answer, std::string_view shown) const;

  bool masked_;
};

class LogLikelihood : public BatchScorer {
 public:
  explicit LogLikelihood(std::shared_ptr<Batch> shared);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

/// How much likelier an answer is than its own words in another order, by the token. The model is shown the answers of
/// the task's examples. As SLOR (Lau, Clark and Lappin, 2017) it counts neither rare words nor length; the words' own
/// log-probabilities come from the same words shuffled, so that a list of words has none of it, whatever it lists.
class Fluency : public BatchScorer {
 public:
  explicit Fluency(std::shared_ptr<Batch> shared);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

/// G-Eval (Liu et al., 2023): a rating weighted by the probabilities of the digits.
class Judge : public BatchScorer {
 public:
  explicit Judge(std::shared_ptr<Batch> shared);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;

 private:
  lm::Question ask(const Candidate& answer) const;

  lm::LanguageModel& model_;
};

/// Log-odds of yes to "Does this text serve the request?", asked of a chat model.
class Serves : public BatchScorer {
 public:
  Serves(std::shared_ptr<Batch> shared, bool masked);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;

 private:
  lm::Question ask(const Candidate& answer) const;

  bool masked_;
  lm::LanguageModel& model_;
};

/// Σ digit · p(digit) / Σ p(digit) for the digits 1 … n. NaN where none has a probability.
double expected_rating(std::span<const double> log_probs);
/// Of two answers by their log-probabilities; −∞ for one that is not listed: it has at most what the other leaves. NaN
/// where neither is.
double log_odds(double first, double second);

}  // namespace udrl::score
