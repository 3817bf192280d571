// One interface for everything that gives an answer a figure. Not for: what a figure is worth (distill/tag.hpp), or
// reading and writing records (distill/score.hpp).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/score/resources.hpp"

namespace udrl::score {

/// The answers of records; views into them.
std::vector<Candidate> answers_of(std::span<const data::Record> records);

using Values = std::map<std::string, double>;

/// Gives each answer of a batch one or more named values.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::vector<std::string> value_names() const = 0;
  /// Adds its values to `values[i]` for `answers[i]`; both of the same size. None where there is none to be had: a
  /// judge that names no digit, a chat model that says neither yes nor no.
  virtual void score(std::span<const Candidate> answers, std::span<Values> values) = 0;
};

/// The scorers that `make_scorer` knows, and the values that they give:
///   relevance         cosine of the sentence embeddings of intent and answer, −1 … 1
///   relevance_masked  the same, with the intent's content words and their inflections masked in the answer
///   pmi               (log p(intent | answer) − log p(intent)) / tokens of the intent, nats a token, under any causal
///                     model that reads the task's examples backwards: could one guess the request from the answer?
///   pmi_masked        the same, with the intent's words masked in the answer
///   retrieval         share of the intent's siblings (same format or style and another subject; same subject and
///                     another format) that lie farther from the answer than the intent does, ties counted half, 0 … 1
///   judge             1 … 5: a chat model's rating under the task's rubric, expected over the digits' probabilities
///   serves            log-odds of yes to "Does the answer serve the request?", asked of a chat model
///   serves_masked     the same, with the intent's words masked in the answer
///   fluency           (log p(answer) − log p(its words in another order)) / tokens of the answer, nats a token,
///                     under any causal model that was shown the task's example answers: is it language, or a list of
///                     words?
///   likelihood        log p(answer | task, intent) under the teacher, nats a token
///   novelty           1 − the largest cosine to another answer of the same intent and task in the batch; 1 if alone
///   words             runs without white space
///   tokens            that the teacher wrote
///   copying           share of the intent's content stems that the answer repeats; with it comes copy_ngram, the words
///                     in the longest run that both share
///   repetition        share of the answer's bigrams that occurred before in it
///   valid             1 if the answer breaks no rule of its task, else 0
const std::vector<std::string>& scorer_names();
/// "embedder", "pmi", "judge" or "teacher"; "" for a scorer that reads text alone.
std::string model_of(const std::string& scorer);
/// Whether a scorer reads an answer's task, and so must know it.
bool reads_task(const std::string& scorer);
/// Whether a scorer's value of an answer depends on the other answers of its intent, so that it can't be taken from
/// another run.
bool depends_on_batch(const std::string& scorer);

/// Throws `Error` (user) for an unknown name (nearest known one named), and for a scorer without what it needs of the
/// resources.
std::unique_ptr<Scorer> make_scorer(const std::string& name, const std::shared_ptr<Batch>& batch);

/// Several scorers as one. Scores of a batch depend on that batch alone, not on what was scored before.
class ScorerSet : public Scorer {
 public:
  /// The models must outlive the set.
  ScorerSet(const std::vector<std::string>& names, Resources resources);
  /// `embedder` may be null if no scorer embeds.
  ScorerSet(const std::vector<std::string>& names, lm::LanguageModel* embedder);
  std::vector<std::string> value_names() const override;
  void score(std::span<const Candidate> answers, std::span<Values> values) override;
  std::vector<Values> score(std::span<const Candidate> answers);

  /// One after another, where not all answers need all scorers: `begin_batch`, then each.
  std::size_t size() const { return scorers_.size(); }
  Scorer& operator[](std::size_t i) { return *scorers_[i]; }
  void begin_batch();

 private:
  std::shared_ptr<Batch> batch_;
  std::vector<std::unique_ptr<Scorer>> scorers_;
};

}  // namespace udrl::score
