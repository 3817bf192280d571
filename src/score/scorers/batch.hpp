// What the scorers of one batch share, so that it is computed once: embeddings and likelihoods. Not for: scores.
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
  /// Throws `Error` (user) naming the scorer where no task is known.
  void require_guides(const std::string& scorer) const;
  /// A task's guide. Throws `Error` (user) where it is not known.
  const TaskGuide& guide(std::string_view task) const;
  /// log p(intent | what was shown), by task, intent and what was shown; forgotten with the batch. References stay.
  std::unordered_map<std::string, lm::Likelihood>& likelihoods() { return likelihoods_; }
  /// Another batch begins.
  void begin();

 private:
  Resources resources_;
  std::unique_ptr<Embeddings> embeddings_;
  std::unordered_map<std::string, lm::Likelihood> likelihoods_;
};

}  // namespace udrl::score
