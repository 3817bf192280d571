// The scorers that read text alone.
#include "text_scorers.hpp"

#include "overlap.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"

namespace udrl::score {

double words(const Candidate& answer) { return data::count_words(answer.text); }

double tokens(const Candidate& answer) { return answer.tokens; }

double repetition(const Candidate& answer) { return share_of_repeated_bigrams(data::word_tokens(answer.text)); }

void Copying::score(std::span<const Candidate> answers, std::span<Values> values) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Candidate& a = answers[i];
    values[i]["copying"] = share_of_stems(a.intent, a.text);
    values[i]["copy_ngram"] = longest_shared_run(data::word_tokens(a.intent), data::word_tokens(a.text));
  }
}

Validity::Validity(std::shared_ptr<Batch> shared) : BatchScorer("valid", std::move(shared)) {
  if (batch().resources().is_valid) return;
  throw user_error("scorer 'valid' needs the tasks' files").hint("name their folder (--tasks-folder)");
}

void Validity::score(std::span<const Candidate> answers, std::span<Values> values) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    values[i][name()] = batch().resources().is_valid(answers[i]) ? 1 : 0;
  }
}

}  // namespace udrl::score
