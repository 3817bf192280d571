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
#include "udrl/score/embeddings.hpp"

namespace udrl::score {

/// What is scored. Both texts normalised.
struct Answer {
  std::string_view intent;
  std::string_view prompt;
};

/// The answers of records; views into them.
std::vector<Answer> answers_of(std::span<const data::Record> records);

using Values = std::map<std::string, double>;

/// Gives each answer of a batch one or more named values.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::vector<std::string> value_names() const = 0;
  /// Adds its values to `values[i]` for `answers[i]`; both of the same size.
  virtual void score(std::span<const Answer> answers, std::span<Values> values) = 0;
};

/// The scorers that `make_scorer` knows:
///   relevance         cosine of the sentence embeddings of intent and prompt
///   relevance_masked  the same, with the intent's content words and their inflections masked in the prompt
///   words             runs without white space
///   copying           share of the intent's content stems that the prompt repeats; copy_ngram: words in the longest
///   run
///                     that both share
///   repetition        share of the prompt's bigrams that occurred before in it
const std::vector<std::string>& scorer_names();
bool needs_embeddings(const std::string& scorer);

/// Throws `Error` (user) for an unknown name (nearest known one named), and for a scorer that embeds without
/// `embeddings`.
std::unique_ptr<Scorer> make_scorer(const std::string& name, std::shared_ptr<Embeddings> embeddings);

/// Several scorers as one. Scores of a batch depend on that batch alone, not on what was scored before.
class ScorerSet : public Scorer {
 public:
  /// `embedder` may be null if no scorer embeds; it must outlive the set.
  ScorerSet(const std::vector<std::string>& names, lm::LanguageModel* embedder);
  std::vector<std::string> value_names() const override;
  void score(std::span<const Answer> answers, std::span<Values> values) override;
  std::vector<Values> score(std::span<const Answer> answers);

 private:
  std::shared_ptr<Embeddings> embeddings_;
  std::vector<std::unique_ptr<Scorer>> scorers_;
};

}  // namespace udrl::score
