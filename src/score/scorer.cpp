// Choosing scorers by name, and several as one.
#include "udrl/score/scorer.hpp"

#include <algorithm>

#include "scorers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"

namespace udrl::score {
namespace {

Error unknown_scorer(const std::string& name) {
  const std::string near = nearest(name, scorer_names());
  std::string known;
  for (const std::string& scorer : scorer_names()) known += (known.empty() ? "" : ", ") + scorer;
  return user_error("unknown scorer")
      .expected(known)
      .got(name)
      .hint(near.empty() ? "choose among these" : "did you mean '" + near + "'?");
}

std::shared_ptr<Embeddings> required(const std::string& scorer, std::shared_ptr<Embeddings> embeddings) {
  if (embeddings) return embeddings;
  throw user_error("scorer '" + scorer + "' needs an embedding model")
      .hint("name one (--embedder.gguf FILE), or leave this scorer out");
}

}  // namespace

std::vector<Answer> answers_of(std::span<const data::Record> records) {
  std::vector<Answer> answers;
  answers.reserve(records.size());
  for (const data::Record& record : records) answers.push_back({record.intent.intent, record.prompt});
  return answers;
}

const std::vector<std::string>& scorer_names() {
  static const std::vector<std::string> names{"relevance", "relevance_masked", "words", "copying", "repetition"};
  return names;
}

bool needs_embeddings(const std::string& scorer) { return scorer.starts_with("relevance"); }

std::unique_ptr<Scorer> make_scorer(const std::string& name, std::shared_ptr<Embeddings> embeddings) {
  if (name == "relevance") return std::make_unique<Relevance>(required(name, std::move(embeddings)), false);
  if (name == "relevance_masked") return std::make_unique<Relevance>(required(name, std::move(embeddings)), true);
  if (name == "words") return std::make_unique<Words>();
  if (name == "copying") return std::make_unique<Copying>();
  if (name == "repetition") return std::make_unique<Repetition>();
  throw unknown_scorer(name);
}

ScorerSet::ScorerSet(const std::vector<std::string>& names, lm::LanguageModel* embedder)
    : embeddings_(embedder ? std::make_shared<Embeddings>(*embedder) : nullptr) {
  for (const std::string& name : names) scorers_.push_back(make_scorer(name, embeddings_));
}

std::vector<std::string> ScorerSet::value_names() const {
  std::vector<std::string> names;
  for (const auto& scorer : scorers_) {
    for (std::string& name : scorer->value_names()) names.push_back(std::move(name));
  }
  return names;
}

void ScorerSet::score(std::span<const Answer> answers, std::span<Values> values) {
  for (const auto& scorer : scorers_) scorer->score(answers, values);
}

std::vector<Values> ScorerSet::score(std::span<const Answer> answers) {
  std::vector<Values> values(answers.size());
  score(answers, values);
  return values;
}

}  // namespace udrl::score
