// The scorers, each a small class.
#include "scorers.hpp"

#include "overlap.hpp"
#include "udrl/data/text.hpp"

namespace udrl::score {

std::vector<std::string> Relevance::value_names() const { return {masked_ ? "relevance_masked" : "relevance"}; }

void Relevance::score(std::span<const Answer> answers, std::span<Values> values) {
  std::vector<std::string> texts;
  texts.reserve(answers.size());
  for (const Answer& a : answers) {
    texts.push_back(masked_ ? data::mask_words(a.prompt, a.intent) : std::string(a.prompt));
  }
  const std::vector<Vector> rows = embeddings_->of_batch(texts);
  const std::string name = value_names().front();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    values[i][name] = cosine(embeddings_->of_shared(answers[i].intent), rows[i]);
  }
}

void Words::score(std::span<const Answer> answers, std::span<Values> values) {
  for (std::size_t i = 0; i < answers.size(); ++i) values[i]["words"] = data::count_words(answers[i].prompt);
}

void Copying::score(std::span<const Answer> answers, std::span<Values> values) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& [intent, prompt] = answers[i];
    values[i]["copying"] = share_of_stems(intent, prompt);
    values[i]["copy_ngram"] = longest_shared_run(data::word_tokens(intent), data::word_tokens(prompt));
  }
}

void Repetition::score(std::span<const Answer> answers, std::span<Values> values) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    values[i]["repetition"] = share_of_repeated_bigrams(data::word_tokens(answers[i].prompt));
  }
}

}  // namespace udrl::score
