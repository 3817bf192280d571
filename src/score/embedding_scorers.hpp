// The scorers that compare sentence embeddings. Not for: computing them (embeddings.hpp).
#pragma once

#include "batch.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::score {

class Relevance : public Scorer {
 public:
  Relevance(std::shared_ptr<Batch> batch, bool masked) : batch_(std::move(batch)), masked_(masked) {
    batch_->embeddings(value_names().front());
  }
  std::vector<std::string> value_names() const override { return {masked_ ? "relevance_masked" : "relevance"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;

 private:
  std::shared_ptr<Batch> batch_;
  bool masked_;
};

class Retrieval : public Scorer {
 public:
  /// Throws `Error` (user) without siblings.
  explicit Retrieval(std::shared_ptr<Batch> batch);
  std::vector<std::string> value_names() const override { return {"retrieval"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;

 private:
  std::shared_ptr<Batch> batch_;
};

class Novelty : public Scorer {
 public:
  explicit Novelty(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) { batch_->embeddings("novelty"); }
  std::vector<std::string> value_names() const override { return {"novelty"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;

 private:
  std::shared_ptr<Batch> batch_;
};

}  // namespace udrl::score
