// Best of n: which of several answers to one request is the best: by a small sentence embedder, by what the student's
// own critic makes of them (student/critic.hpp), or by both. Not for: drawing them (student_model.hpp), or judging a
// model (eval).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/lm/token_vectors.hpp"

namespace udrl::inference {

/// What answers are put in order by. automatic: what there is of critic and embedder (`rank_by_for`). fit: an
/// embedder's. both: of critic and embedder the sum. likelihood: the mean log-probability of a token under the student
/// itself; it keeps out what is no word, and prefers what is common. Critic and likelihood cost nothing more.
enum class RankBy { automatic, critic, fit, both, likelihood };
constexpr auto names_of(RankBy) { return enum_names("auto", "critic", "fit", "both", "likelihood"); }

/// What `automatic` stands for: of a student with a critic both, or the critic where no embedder is named; else fit.
constexpr RankBy rank_by_for(RankBy asked, bool has_critic, bool has_embedder) {
  if (asked != RankBy::automatic) return asked;
  if (!has_critic) return RankBy::fit;
  return has_embedder ? RankBy::both : RankBy::critic;
}
constexpr bool needs_embedder(RankBy rank_by) { return rank_by == RankBy::fit || rank_by == RankBy::both; }
constexpr bool needs_critic(RankBy rank_by) { return rank_by == RankBy::critic || rank_by == RankBy::both; }
constexpr bool may_ask_critic(RankBy rank_by) { return rank_by == RankBy::automatic || needs_critic(rank_by); }

/// How well an answer fits its request, from the cosines of their embeddings (−1 … 1 each): of the answer with the
/// request's own words masked, so that an echo earns nothing, and half as much of the answer as written, so that one
/// that has left the subject loses.
constexpr double fit_of(double cosine, double masked_cosine) { return masked_cosine + 0.5 * cosine; }

/// Fit and worth together. Among answers to one request fits vary by about 0.075 and worths by 1; the worth counts
/// twice, for good language is what a small student has least of (docs/log.md, "a critic in the student's own states").
constexpr double rank_value(double fit, double worth) { return fit / 0.15 + worth; }

/// An answer that may be chosen.
struct Draft {
  std::string text;
  bool whole = true;  ///< false: cut, or breaks a rule of its task
  double worth = 0;   ///< the critic's; 0 for all where it is not asked
};
/// One that was not written to its end (heat.hpp): nobody reads it, and it comes after all others.
Draft given_up();

/// The positions of the answers that the embedder should read so that `wanted` can be shown. It is what costs most from
/// four answers on, so of more than that it reads about a third: those whose rough vectors are nearest to the
/// request's, its own words left out. Whole answers come before others, and an empty one never. All that have a text
/// where `rough` is null.
std::vector<std::size_t> worth_reading(const lm::TokenVectors* rough, std::string_view intent,
                                       std::span<const Draft> drafts, std::size_t wanted);

/// Rough vectors for the best of `drafts` answers by that embedder. Null where it reads so few whatever they are, and
/// for an endpoint, which does not show its vectors.
std::unique_ptr<lm::TokenVectors> rough_vectors(const lm::ModelOptions& embedder, std::size_t drafts);

/// `fit_of` the answers at these positions.
using Fits = std::function<std::vector<double>(std::span<const std::size_t> places)>;

/// Positions of `wanted` answers, the best first: whole ones before the others, then by fit, then in their order. Those
/// that are not worth reading, of which `fits` is not asked, come last.
std::vector<std::size_t> best_of(const lm::TokenVectors* rough, std::string_view intent, std::span<const Draft> drafts,
                                 std::size_t wanted, const Fits& fits);

class Ranker {
 public:
  /// Both must outlive it; `rough` may be null.
  explicit Ranker(lm::LanguageModel& embedder, const lm::TokenVectors* rough = nullptr)
      : embedder_(&embedder), rough_(rough) {}

  /// `best_of`, by what the embedder reads and the drafts' worth.
  std::vector<std::size_t> best(std::string_view intent, std::span<const Draft> drafts, std::size_t wanted) const;

 private:
  lm::LanguageModel* embedder_;
  const lm::TokenVectors* rough_;
};

/// A ranker with the models that it reads with.
class OpenRanker {
 public:
  /// For the best of `drafts` answers. `observer` must outlive it.
  OpenRanker(const lm::ModelOptions& embedder, std::size_t drafts, Observer* observer = nullptr)
      : embedder_(lm::open_model(embedder, {observer, {}})),
        rough_(rough_vectors(embedder, drafts)),
        ranker_(*embedder_, rough_.get()) {}

  const Ranker& ranker() const { return ranker_; }
  const lm::ModelInfo& info() const { return embedder_->info(); }

 private:
  std::unique_ptr<lm::LanguageModel> embedder_;
  std::unique_ptr<lm::TokenVectors> rough_;
  Ranker ranker_;
};

/// Positions of `wanted` answers, the best first: whole ones before the others, then by worth, then in their order.
std::vector<std::size_t> best_by_worth(std::span<const Draft> drafts, std::size_t wanted);

/// One of several answers, as it is ranked.
struct Ranked {
  double fit = 0;  ///< −∞: not read
  bool whole = true;
};
/// Positions of `wanted` of them, or of all, the best first: whole ones before the others, then by fit, then in their
/// order.
std::vector<std::size_t> best_first(std::span<const Ranked> answers, std::size_t wanted = static_cast<std::size_t>(-1));

}  // namespace udrl::inference
