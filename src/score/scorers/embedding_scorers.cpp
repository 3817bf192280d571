// The scorers that compare sentence embeddings.
#include "embedding_scorers.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/score/siblings.hpp"

namespace udrl::score {
namespace {

std::vector<std::string> prompts_of(std::span<const Candidate> answers) {
  std::vector<std::string> texts;
  texts.reserve(answers.size());
  for (const Candidate& a : answers) texts.emplace_back(a.text);
  return texts;
}

}  // namespace

void Relevance::score(std::span<const Candidate> answers, std::span<Values> values) {
  Embeddings& embeddings = batch().embeddings(name());
  std::vector<std::string> texts = prompts_of(answers);
  if (masked_) {
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = data::mask_words(texts[i], answers[i].intent);
  }
  for (const Candidate& a : answers) texts.emplace_back(a.intent);  // with the answers: one short text alone is slow
  const std::vector<Vector> rows = embeddings.of_batch(texts);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    values[i][name()] = cosine(rows[answers.size() + i], rows[i]);
  }
}

Retrieval::Retrieval(std::shared_ptr<Batch> shared) : BatchScorer("retrieval", std::move(shared)) {
  batch().embeddings(name());
  if (batch().resources().siblings != nullptr) return;
  throw user_error("scorer 'retrieval' needs other intents to choose among");
}

void Retrieval::score(std::span<const Candidate> answers, std::span<Values> values) {
  Embeddings& embeddings = batch().embeddings(name());
  const std::vector<Vector> rows = embeddings.of_batch(prompts_of(answers));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const double own = cosine(embeddings.of_shared(answers[i].intent), rows[i]);
    const data::Intent none;
    const auto others = batch().resources().siblings->of(answers[i].made_from ? *answers[i].made_from : none);
    double beaten = 0;
    for (const std::string& other : others) {
      const double theirs = cosine(embeddings.of_shared(other), rows[i]);
      beaten += theirs < own ? 1 : theirs == own ? 0.5 : 0;
    }
    // Without siblings nothing was told apart: neither right nor wrong.
    values[i][name()] = others.empty() ? 0.5 : beaten / static_cast<double>(others.size());
  }
}

void Novelty::score(std::span<const Candidate> answers, std::span<Values> values) {
  const std::vector<Vector> rows = batch().embeddings(name()).of_batch(prompts_of(answers));
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < answers.size(); ++i) groups[{answers[i].intent, answers[i].task}].push_back(i);
  for (const auto& [key, group] : groups) {
    for (const std::size_t i : group) {
      double nearest = 0;
      for (const std::size_t j : group) {
        if (j != i) nearest = std::max(nearest, cosine(rows[i], rows[j]));
      }
      values[i][name()] = 1 - nearest;
    }
  }
}

}  // namespace udrl::score
