// What people's ratings come to: the student's win rate, a verdict, and who agrees with whom. Not for: reading them
// (ratings.hpp), or layout (opinion_section.hpp).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ratings.hpp"
#include "stats/ratio.hpp"

namespace udrl::eval {

struct OpinionOptions {
  double win_rate = 0.45;   ///< ties half, that PASS asks for
  double attention = 0.75;  ///< share of the checks that a rater must pass to count
  std::size_t resamples = 10'000;
  std::uint64_t seed = 1;
};

struct RaterResult {
  std::string name;
  std::size_t rated = 0, ties = 0;     ///< pairs, checks apart
  std::size_t checks = 0, passed = 0;  ///< those that were rated
  std::string why_not;                 ///< why the ratings do not count; "" where they do
};

/// Of two raters, over the pairs that both rated, checks apart; categories are A, B and tie, which is what raters who
/// do not know whose answers they see choose among.
struct RatersAgree {
  std::string first, second;
  std::size_t pairs = 0;
  double same = 0, kappa = 0;
};

/// Whether a scorer puts two answers in the order that people do, where people decide.
struct ScorerAgrees {
  std::string scorer, value;  ///< raw, masked
  std::size_t pairs = 0;
  Estimate same;     ///< share; where the scorer sees no difference, half
  double kappa = 0;  ///< of the sides that both choose
};

struct Opinion {
  std::string sheet, student, reference;
  std::size_t pairs = 0, rated = 0, subjects = 0;  ///< checks apart; `rated` by somebody who counts, as `subjects`
  std::vector<RaterResult> raters;
  std::size_t wins = 0, ties = 0, losses = 0;  ///< of ratings that count, the student's
  Estimate win_rate;                           ///< mean over pairs of what their raters say, ties half
  std::map<std::string, Estimate> by_task;
  Judgement judgement;
  double pairs_needed = 0;  ///< where inconclusive: about so many would decide; NaN: none would
  std::vector<RatersAgree> raters_agree;
  double alpha = 0;  ///< of all raters that count
  std::vector<ScorerAgrees> scorers_agree;
  std::vector<std::string> caveats;
  std::string evaluation;                        ///< its verdict
  std::map<std::string, std::string> by_scorer;  ///< and that by each scorer
};

Opinion opinion_of(const Sheet& sheet, const std::vector<Rating>& ratings, const FinishedRun& run,
                   const OpinionOptions& options);

/// Which of the scorer's values, as the reports call it.
std::string value_name(const ScorerAgrees& scorer);

data::Json to_json(const Opinion& opinion);
std::string to_text(const Opinion& opinion);

}  // namespace udrl::eval
