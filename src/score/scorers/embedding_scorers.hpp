// The scorers that compare sentence embeddings. Not for: computing them (embeddings.hpp).
#pragma once

#include "batch_scorer.hpp"

namespace udrl::score {

class Relevance : public BatchScorer {
 public:
  Relevance(std::shared_ptr<Batch> shared, bool masked)
      : BatchScorer(masked ? "relevance_masked" : "relevance", std::move(shared)), masked_(masked) {
    batch().embeddings(name());
  }
  void score(std::span<const Candidate> answers, std::span<Values> values) override;

 private:
  bool masked_;
};

class Retrieval : public BatchScorer {
 public:
  /// Throws `Error` (user) without siblings.
  explicit Retrieval(std::shared_ptr<Batch> shared);
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

class Novelty : public BatchScorer {
 public:
  explicit Novelty(std::shared_ptr<Batch> shared) : BatchScorer("novelty", std::move(shared)) {
    batch().embeddings(name());
  }
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
};

}  // namespace udrl::score
