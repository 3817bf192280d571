// Scorers by configuration: which ones, with which models and tasks. For: score and doctor. Not for: scorers themselves
// (score/scorer.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/score/scorer.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {

/// What scorers may need.
struct ScorerNeeds {
  std::filesystem::path tasks_folder;  ///< task files: for scorers that read
  lm::ModelOptions embedder, pmi, judge, teacher;
};
void declare(OptionSet& set, ScorerNeeds& needs);

/// The models that the scorers need, where they were named; each file is opened once whatever its roles.
class OpenModels {
 public:
  OpenModels(const ScorerNeeds& needs, const std::vector<std::string>& scorers, const lm::OpenFor& whom = {});
  const score::Models& by_role() const { return by_role_; }

 private:
  std::vector<std::unique_ptr<lm::LanguageModel>> models_;
  score::Models by_role_;
};

/// Everything that the scorers need; `siblings` (for `retrieval`) and the models must outlive it.
score::Resources resources_for(const ScorerNeeds& needs, const score::Models& models, const score::Siblings* siblings);

/// SHA-256 of the models by role, for a manifest.
std::map<std::string, std::string> hashes_of(const score::Models& models);

}  // namespace udrl::distill
