// Scorers by configuration: which ones, with which models and tasks. For: score and doctor. Not for: scorers themselves
// (score/scorer.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/distill/task.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {

struct ScorerOptions {
  std::vector<std::string> scorers = {"relevance", "relevance_masked", "copying", "repetition"};
  std::filesystem::path tasks_folder;  ///< task files: for scorers that read, and to apply validity rules again
  lm::ModelOptions embedder, pmi, judge, teacher;
};
void declare(OptionSet& set, ScorerOptions& options);

/// The models that the scorers need, each file opened once whatever its roles.
class OpenModels {
 public:
  explicit OpenModels(const ScorerOptions& options);
  const score::Models& by_role() const { return by_role_; }

 private:
  std::vector<std::unique_ptr<lm::LanguageModel>> models_;
  score::Models by_role_;
};

/// Everything that the scorers need; `siblings` (for `retrieval`) and the models must outlive it.
score::Resources resources_for(const ScorerOptions& options, const score::Models& models,
                               const score::Siblings* siblings);

}  // namespace udrl::distill
