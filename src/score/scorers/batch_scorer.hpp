// What scorers of one value have in common: their name and the batch. Not for: values.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::score {

class BatchScorer : public Scorer {
 public:
  BatchScorer(std::string name, std::shared_ptr<Batch> batch) : name_(std::move(name)), batch_(std::move(batch)) {}
  std::vector<std::string> value_names() const final { return {name_}; }

 protected:
  const std::string& name() const { return name_; }
  Batch& batch() const { return *batch_; }

 private:
  std::string name_;
  std::shared_ptr<Batch> batch_;
};

}  // namespace udrl::score
