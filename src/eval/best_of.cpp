// Choosing among draws.
#include "best_of.hpp"

#include <limits>

namespace udrl::eval {

std::vector<Answer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set, RealReturns& returns) {
  std::vector<Answer> out;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    const Measured* best = &draws.front().answers[i];
    double highest = -std::numeric_limits<double>::infinity();
    for (const MeasuredRow& draw : draws) {
      const Measured& answer = draw.answers[i];
      if (!answer.valid()) continue;
      const double real = returns.of(answer, set.cases[i]);
      if (real > highest) highest = real, best = &answer;
    }
    out.push_back(best->answer);
  }
  return out;
}

}  // namespace udrl::eval
