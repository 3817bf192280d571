// Choosing among draws.
#include "best_of.hpp"

#include "udrl/inference/ranker.hpp"

namespace udrl::eval {
namespace {

std::vector<inference::Draft> drafts_of(const std::vector<MeasuredRow>& draws, std::size_t i) {
  std::vector<inference::Draft> drafts;
  for (const MeasuredRow& draw : draws) {
    const Measured& m = draw.answers[i];
    const bool is_given_up = m.answer.finish == to_string(lm::Finish::cancelled);
    drafts.push_back(is_given_up ? inference::given_up()
                                 : inference::Draft{m.answer.text, m.valid(), m.answer.worth.value_or(0)});
  }
  return drafts;
}

/// The draw whose answer to case `i` would be shown.
std::size_t best_draw(const std::vector<MeasuredRow>& draws, std::size_t i, const Case& c,
                      const lm::TokenVectors* rough) {
  const std::vector<inference::Draft> drafts = drafts_of(draws, i);
  if (!draws.front().row.reads_embedder()) return inference::best_by_worth(drafts, 1).front();
  const auto fits = [&](std::span<const std::size_t> places) {
    std::vector<double> out;
    for (const std::size_t k : places) {
      const Relevance& relevance = draws[k].answers[i].relevance.front();
      out.push_back(inference::rank_value(inference::fit_of(relevance.raw, relevance.masked), drafts[k].worth));
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
