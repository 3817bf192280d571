// The judge's part of an evaluation: which answers it is shown, and what its replies mean for a case. Not for: asking
// it (pairwise.hpp).
#pragma once

#include "measure/prepared.hpp"
#include "stats/results.hpp"

namespace udrl::eval {

/// The cases of a duel before anybody is asked: one that validity decides has no question.
struct DuelQuestions {
  std::vector<DuelCase> cases;
  std::vector<Pair> pairs;             ///< two a case that is asked: the row's answer first, then second
  std::vector<std::size_t> positions;  ///< in `cases`, of each two pairs
};
DuelQuestions duel_questions(const MeasuredRow& row, const MeasuredRow& other, const CaseSet& set,
                             const std::vector<std::string>& rubrics, std::size_t at_most);
/// Writes what the replies say into the cases.
void decide_cases(DuelQuestions& questions, std::span<const Preference> replies);

struct JudgeWork {
  const JudgeOptions& options;
  std::filesystem::path folder;  ///< of the replies that are kept
  std::uint64_t seed = 1;
};

/// Fills `Results::judge` where the options name one: the student against the reference, and, as its gate, the
/// reference against shuffled answers.
void ask_judge(Results& results, const EvalInputs& prepared, const JudgeWork& work, Observer& observer);

}  // namespace udrl::eval
