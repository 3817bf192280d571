// Embedding a request's answers together, and putting them in order.
#include "udrl/inference/ranker.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "udrl/score/scorer.hpp"

namespace udrl::inference {

std::vector<double> Ranker::fit(std::string_view intent, std::span<const std::string> answers) const {
  std::vector<score::Candidate> candidates;
  std::vector<std::size_t> of_answer;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].empty()) continue;
    candidates.push_back({intent, answers[i]});
    of_answer.push_back(i);
  }
  const std::vector<score::Values> values =
      score::ScorerSet({"relevance", "relevance_masked"}, embedder_).score(candidates);
  std::vector<double> out(answers.size(), -std::numeric_limits<double>::infinity());
  for (std::size_t k = 0; k < values.size(); ++k)
    out[of_answer[k]] = fit_of(values[k].at("relevance"), values[k].at("relevance_masked"));
  return out;
}

std::vector<std::size_t> best_first(std::span<const Ranked> answers) {
  std::vector<std::size_t> order(answers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(answers[a].whole, answers[a].fit) > std::tuple(answers[b].whole, answers[b].fit);
  });
  return order;
}

}  // namespace udrl::inference
