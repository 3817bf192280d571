// The scorers, each a small class. Not for: choosing among them (scorer.cpp).
#pragma once

#include "udrl/score/scorer.hpp"

namespace udrl::score {

class Relevance : public Scorer {
 public:
  Relevance(std::shared_ptr<Embeddings> embeddings, bool masked)
      : embeddings_(std::move(embeddings)), masked_(masked) {}
  std::vector<std::string> value_names() const override;
  void score(std::span<const Answer> answers, std::span<Values> values) override;

 private:
  std::shared_ptr<Embeddings> embeddings_;
  bool masked_;
};

class Words : public Scorer {
 public:
  std::vector<std::string> value_names() const override { return {"words"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;
};

class Copying : public Scorer {
 public:
  std::vector<std::string> value_names() const override { return {"copying", "copy_ngram"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;
};

class Repetition : public Scorer {
 public:
  std::vector<std::string> value_names() const override { return {"repetition"}; }
  void score(std::span<const Answer> answers, std::span<Values> values) override;
};

}  // namespace udrl::score
