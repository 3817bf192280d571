// Choosing among draws.
#include "best_of.hpp"

#include "udrl/inference/ranker.hpp"

namespace udrl::eval {
namespace {

/// The draw whose answer to case `i` would be shown.
std::size_t best_draw(const std::vector<MeasuredRow>& draws, std::size_t i, const Case& c,
                      const lm::TokenVectors* rough) {
  std::vector<inference::Draft> drafts;
  for (const MeasuredRow& draw : draws) drafts.push_back({draw.answers[i].answer.text, draw.answers[i].valid()});
  const auto fits = [&](std::span<const std::size_t> places) {
    std::vector<double> out;
    for (const std::size_t k : places) {
      const Relevance& relevance = draws[k].answers[i].relevance.front();
      out.push_back(inference::fit_of(relevance.raw, relevance.masked));
    }
    return out;
  };
  return inference::best_of(rough, c.intent.intent, drafts, 1, fits).front();
}

}  // namespace

std::vector<SystemAnswer> best_answers(const std::vector<MeasuredRow>& draws, const CaseSet& set,
                                       const lm::TokenVectors* rough) {
  std::vector<SystemAnswer> out;
  for (std::size_t i = 0; i < set.cases.size(); ++i)
    out.push_back(draws[best_draw(draws, i, set.cases[i], rough)].answers[i].answer);
  return out;
}

}  // namespace udrl::eval
