// A judge: a chat model says which of two answers serves a request better, asked in both orders. Reported beside the
// ratios, never in place of them. Not for: ratings of one answer (score/scorer.hpp, `judge`).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "measure/measure.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

/// unparsed: the reply names none; failed: an endpoint gave no reply.
enum class Preference { first, second, tie, unparsed, failed };
/// "A", "B", "C" or "tie" at the beginning of a reply, alone or in a phrase such as "Answer B is better".
Preference preference_in(const std::string& reply);

/// One question to the judge.
struct Pair {
  std::string rubric, intent, first, second;
};

/// Answers from a model, kept on disk by content.
class PairJudge {
 public:
  /// Opening a folder that another model wrote throws, naming the difference.
  PairJudge(lm::LanguageModel& model, const std::string& identity, const std::filesystem::path& folder);
  /// One a pair, in their order. `answered` is told how many are known.
  std::vector<Preference> ask(std::span<const Pair> pairs, const std::function<void(std::size_t)>& answered);
  /// By cause; they are asked again next time.
  std::vector<FailedRequests> failures() const;

 private:
  lm::LanguageModel& model_;
  data::OutputFolder folder_;
  std::map<std::string, std::string> replies_;      ///< by content_id of the pair
  std::map<std::string, FailedRequests> failures_;  ///< by cause
};

/// One case as both orders left it.
struct DuelCase {
  std::size_t cluster = 0;
  double score = 0;  ///< of the first row: 1 won, 0 lost, 0.5 tied or undecided between the orders
  bool asked = false, parsed = true, flipped = false;
  int words = 0, other_words = 0;
  bool failed = false;  ///< an endpoint gave no reply: the case is left out
};

/// Two rows against each other.
struct Duel {
  std::string row, other;
  int cases = 0;
  int asked = 0;                      ///< the others are decided by validity: a valid answer beats one that is not
  int unparsed = 0;                   ///< of those, cases in which a reply names no preference: they count as tied
  double flip_rate = 0;               ///< share of the cases asked in which the preference goes with the order
  score::Estimate win_rate;           ///< of the row, ties half
  score::Estimate length_controlled;  ///< the same at equal length
  double longer_rate = 0;             ///< the win rate if the longer answer always won
  double agrees_with_longer = 0;      ///< share of decided cases of unequal length in which the longer answer won
  int failed = 0;                     ///< cases left out, as an endpoint gave no reply; in no other figure
};

/// Length control by logistic regression of the outcome on tanh(Δwords / its deviation), as AlpacaEval 2 does (Dubois
/// et al., 2024, "Length-controlled AlpacaEval"): the win rate where Δ is 0.
Duel make_duel(const std::string& row, const std::string& other, std::span<const DuelCase> cases,
               const score::Resamples& resamples);

/// What a judge says of the student, and whether it may be believed: on the reference's answers against another
/// intent's it must prefer the true one in `score_needed` of all cases.
struct JudgeResult {
  std::string name, model;
  Duel gate, primary;
  bool passed() const { return gate.win_rate.value >= score_needed; }
  static constexpr double score_needed = 0.95;
};

}  // namespace udrl::eval
