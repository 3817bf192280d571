// Choosing scorers by name, and several as one.
#include "udrl/score/scorer.hpp"

#include <algorithm>
#include <functional>

#include "batch.hpp"
#include "embedding_scorers.hpp"
#include "reading_scorers.hpp"
#include "text_scorers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/options.hpp"

namespace udrl::score {
namespace {

using Shared = std::shared_ptr<Batch>;

struct Kind {
  std::string name, model;
  std::function<std::unique_ptr<Scorer>(const Shared&)> make;
};

template <class T, class... Arguments>
auto made(Arguments... arguments) {
  return [=](const Shared& batch) { return std::make_unique<T>(batch, arguments...); };
}

auto text(const std::string& name, TextScorer::Function value) {
  return [=](const Shared&) { return std::make_unique<TextScorer>(name, value); };
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{"relevance", "embedder", made<Relevance>(false)},
                                     {"relevance_masked", "embedder", made<Relevance>(true)},
                                     {"pmi", "pmi", made<Pmi>(false)},
                                     {"pmi_masked", "pmi", made<Pmi>(true)},
                                     {"retrieval", "embedder", made<Retrieval>()},
                                     {"judge", "judge", made<Judge>()},
                                     {"serves", "judge", made<Serves>(false)},
                                     {"serves_masked", "judge", made<Serves>(true)},
                                     {"fluency", "pmi", made<Fluency>()},
                                     {"likelihood", "teacher", made<LogLikelihood>()},
                                     {"novelty", "embedder", made<Novelty>()},
                                     {"words", "", text("words", words)},
                                     {"tokens", "", text("tokens", tokens)},
                                     {"copying", "", [](const Shared&) { return std::make_unique<Copying>(); }},
                                     {"repetition", "", text("repetition", repetition)},
                                     {"valid", "", made<Validity>()}};
  return all;
}

const Kind& kind_of(const std::string& name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return kind;
  }
  const std::string near = nearest(name, scorer_names());
  throw user_error("unknown scorer")
      .expected(listed(scorer_names()))
      .got(name)
      .hint(near.empty() ? "choose among these" : "did you mean '" + near + "'?");
}

Resources only(lm::LanguageModel* embedder) {
  Resources resources;
  resources.models["embedder"] = embedder;
  return resources;
}

}  // namespace

std::vector<Candidate> answers_of(std::span<const data::Record> records) {
  std::vector<Candidate> answers;
  answers.reserve(records.size());
  for (const data::Record& r : records) {
    answers.push_back({r.intent.intent, r.answer, r.task, &r.intent, r.tokens});
  }
  return answers;
}

const std::vector<std::string>& scorer_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Kind& kind : kinds()) out.push_back(kind.name);
    return out;
  }();
  return names;
}

std::string model_of(const std::string& scorer) { return kind_of(scorer).model; }

bool reads_task(const std::string& scorer) {
  const std::string model = model_of(scorer);
  return scorer == "valid" || model == "pmi" || model == "judge" || model == "teacher";
}

bool depends_on_batch(const std::string& scorer) { return scorer == "novelty"; }

std::unique_ptr<Scorer> make_scorer(const std::string& name, const Shared& batch) { return kind_of(name).make(batch); }

ScorerSet::ScorerSet(const std::vector<std::string>& names, Resources resources)
    : batch_(std::make_shared<Batch>(std::move(resources))) {
  for (const std::string& name : names) scorers_.push_back(make_scorer(name, batch_));
}

ScorerSet::ScorerSet(const std::vector<std::string>& names, lm::LanguageModel* embedder)
    : ScorerSet(names, only(embedder)) {}

std::vector<std::string> ScorerSet::value_names() const {
  std::vector<std::string> names;
  for (const auto& scorer : scorers_) {
    for (std::string& name : scorer->value_names()) names.push_back(std::move(name));
  }
  return names;
}

void ScorerSet::score(std::span<const Candidate> answers, std::span<Values> values) {
  begin_batch();
  for (const auto& scorer : scorers_) scorer->score(answers, values);
}

void ScorerSet::begin_batch() { batch_->begin(); }

std::vector<Values> ScorerSet::score(std::span<const Candidate> answers) {
  std::vector<Values> values(answers.size());
  score(answers, values);
  return values;
}

}  // namespace udrl::score
