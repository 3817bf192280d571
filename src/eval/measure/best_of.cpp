// Choosing among draws.
#include "best_of.hpp"

#include <limits>

#include "udrl/base/error.hpp"

namespace udrl::eval {

std::vector<SystemAnswer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set,
                                       RealReturns& returns) {
  std::vector<SystemAnswer> out;
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

void require_returns(const RealReturns& returns, const Row& row) {
  if (returns.why_not().empty()) return;
  throw user_error("no best answer can be chosen for " + row.title)
      .got(returns.why_not())
      .hint("name the models that made the labels ([embedder], [pmi]), or leave best-of-n out");
}

}  // namespace udrl::eval
