// Embedding a request's answers together, and putting them in order.
#include "udrl/inference/ranker.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "udrl/data/text.hpp"
#include "udrl/score/embeddings.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::inference {
namespace {

constexpr std::size_t always_read = 4;
constexpr double never = -std::numeric_limits<double>::infinity();

std::size_t most_read(std::size_t drafts, std::size_t wanted) {
  return std::max({wanted, always_read, (drafts + 2) / 3});
}

}  // namespace

std::vector<std::size_t> worth_reading(const lm::TokenVectors* rough, std::string_view intent,
                                       std::span<const Draft> drafts, std::size_t wanted) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (!drafts[i].text.empty()) places.push_back(i);
  const std::size_t most = most_read(drafts.size(), wanted);
  if (rough == nullptr || places.size() <= most) return places;
  const std::vector<float> asked = rough->of(intent);
  std::vector<Ranked> ranked;
  for (const std::size_t i : places)
    ranked.push_back({score::cosine(asked, rough->of(data::mask_words(drafts[i].text, intent, ""))), drafts[i].whole});
  std::vector<std::size_t> order = best_first(ranked);
  order.resize(most);
  for (std::size_t& place : order) place = places[place];
  return order;
}

std::vector<double> Ranker::fit(std::string_view intent, std::span<const Draft> drafts, std::size_t wanted) const {
  const std::vector<std::size_t> places = worth_reading(rough_, intent, drafts, wanted);
  std::vector<score::Candidate> candidates;
  for (const std::size_t i : places) candidates.push_back({intent, drafts[i].text});
  const std::vector<score::Values> values =
      score::ScorerSet({"relevance", "relevance_masked"}, embedder_).score(candidates);
  std::vector<double> out(drafts.size(), never);
  for (std::size_t k = 0; k < places.size(); ++k)
    out[places[k]] = fit_of(values[k].at("relevance"), values[k].at("relevance_masked"));
  return out;
}

std::vector<std::size_t> Ranker::best(std::string_view intent, std::span<const Draft> drafts,
                                      std::size_t wanted) const {
  const std::vector<double> fits = fit(intent, drafts, wanted);
  std::vector<Ranked> ranked;
  for (std::size_t i = 0; i < drafts.size(); ++i) ranked.push_back({fits[i], drafts[i].whole});
  std::vector<std::size_t> order = best_first(ranked);
  order.resize(std::min(order.size(), wanted));
  return order;
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
