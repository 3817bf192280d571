// Choosing among draws.
#include "best_of.hpp"

#include "udrl/inference/ranker.hpp"

namespace udrl::eval {

std::vector<SystemAnswer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set) {
  std::vector<SystemAnswer> out;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    std::vector<inference::Ranked> ranked;
    for (const MeasuredRow& draw : draws) {
      const Relevance& relevance = draw.answers[i].relevance.front();
      ranked.push_back({inference::fit_of(relevance.raw, relevance.masked), draw.answers[i].valid()});
    }
    const std::size_t best = inference::best_first(ranked).front();
    out.push_back(draws[best].answers[i].answer);
  }
  return out;
}

}  // namespace udrl::eval
