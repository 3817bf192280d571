// What the scorers of one batch share, so that it is computed once: embeddings and what intents are worth alone. Not
// for: scores.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "udrl/score/embeddings.hpp"
#include "udrl/score/resources.hpp"

namespace udrl::score {

class Batch {
 public:
  explicit Batch(Resources resources);

  const Resources& resources() const { return resources_; }
  /// Throws `Error` (user) naming the scorer where there is none.
  lm::LanguageModel& model(const std::string& role, const std::string& scorer) const;
  Embeddings& embeddings(const std::string& scorer);
  /// A task's guide. Throws `Error` (user) where it is not known.
  const TaskGuide& guide(std::string_view task) const;
  /// log p(intent) without an answer, by the question that it was asked in; forgotten with the batch.
  std::unordered_map<std::string, lm::Likelihood>& baselines() { return baselines_; }
  /// Another batch begins.
  void begin();

 private:
  Resources resources_;
  std::unique_ptr<Embeddings> embeddings_;
  std::unordered_map<std::string, lm::Likelihood> baselines_;
};

}  // namespace udrl::score
