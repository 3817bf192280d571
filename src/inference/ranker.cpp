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

Draft given_up() { return {"", false, never}; }

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
  std::vector<std::size_t> order = best_first(ranked, most);
  for (std::size_t& place : order) place = places[place];
  return order;
}

std::unique_ptr<lm::TokenVectors> rough_vectors(const lm::ModelOptions& embedder, std::size_t drafts) {
  return drafts > always_read ? lm::open_token_vectors(embedder) : nullptr;
}

std::vector<std::size_t> best_of(const lm::TokenVectors* rough, std::string_view intent, std::span<const Draft> drafts,
                                 std::size_t wanted, const Fits& fits) {
  std::vector<Ranked> ranked;
  for (const Draft& draft : drafts) ranked.push_back({never, draft.whole});
  const std::vector<std::size_t> places = worth_reading(rough, intent, drafts, wanted);
  const std::vector<double> fit = fits(places);
  for (std::size_t k = 0; k < places.size(); ++k) ranked[places[k]].fit = fit[k];
  return best_first(ranked, wanted);
}

std::vector<std::size_t> Ranker::best(std::string_view intent, std::span<const Draft> drafts,
                                      std::size_t wanted) const {
  return best_of(rough_, intent, drafts, wanted, [&](std::span<const std::size_t> places) {
    std::vector<score::Candidate> candidates;
    for (const std::size_t i : places) candidates.push_back({intent, drafts[i].text});
    std::vector<double> fits;
    for (const score::Values& values : score::ScorerSet({"relevance", "relevance_masked"}, embedder_).score(candidates))
      fits.push_back(
          rank_value(fit_of(values.at("relevance"), values.at("relevance_masked")), drafts[places[fits.size()]].worth));
    return fits;
  });
}

std::vector<std::size_t> best_by_worth(std::span<const Draft> drafts, std::size_t wanted) {
  std::vector<Ranked> ranked;
  for (const Draft& draft : drafts) ranked.push_back({draft.worth, draft.whole});
  return best_first(ranked, wanted);
}

std::vector<std::size_t> best_first(std::span<const Ranked> answers, std::size_t wanted) {
  std::vector<std::size_t> order(answers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(answers[a].whole, answers[a].fit) > std::tuple(answers[b].whole, answers[b].fit);
  });
  order.resize(std::min(order.size(), wanted));
  return order;
}

}  // namespace udrl::inference
