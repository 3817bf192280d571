// What the scorers of one batch share.
#include "batch.hpp"

#include "udrl/base/error.hpp"

namespace udrl::score {

Batch::Batch(Resources resources) : resources_(std::move(resources)) {}

lm::LanguageModel& Batch::model(const std::string& role, const std::string& scorer) const {
  const auto found = resources_.models.find(role);
  if (found != resources_.models.end() && found->second != nullptr) return *found->second;
  throw user_error("scorer '" + scorer + "' needs a model")
      .hint("name one (--" + role + ".gguf FILE), or leave this scorer out");
}

Embeddings& Batch::embeddings(const std::string& scorer) {
  if (!embeddings_) embeddings_ = std::make_unique<Embeddings>(model("embedder", scorer));
  return *embeddings_;
}

void Batch::require_guides(const std::string& scorer) const {
  if (!resources_.tasks.empty()) return;
  throw user_error("scorer '" + scorer + "' needs the tasks' files").hint("name their folder (--tasks-folder)");
}

const TaskGuide& Batch::guide(std::string_view task) const {
  const auto found = resources_.tasks.find(task);
  if (found != resources_.tasks.end()) return found->second;
  throw user_error("an answer's task has no file")
      .got("task '" + std::string(task) + "'")
      .hint("name the folder of its file (--tasks-folder)");
}

void Batch::begin() {
  if (embeddings_) embeddings_->begin_batch();
  likelihoods_.clear();
}

}  // namespace udrl::score
