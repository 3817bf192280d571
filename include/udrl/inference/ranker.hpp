// Best of n: which of several answers to one request fits it best, by a small sentence embedder.
// Not for: drawing them (student_model.hpp), or judging a model (eval).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::inference {

/// How well an answer fits its request, from the cosines of their embeddings (−1 … 1 each): of the answer with the
/// request's own words masked, so that an echo earns nothing, and half as much of the answer as written, so that one
/// that has left the subject loses.
constexpr double fit_of(double cosine, double masked_cosine) { return masked_cosine + 0.5 * cosine; }

class Ranker {
 public:
  /// `embedder` must outlive it.
  explicit Ranker(lm::LanguageModel& embedder) : embedder_(&embedder) {}

  /// `fit_of` each answer, higher is better; −∞ for an empty one.
  std::vector<double> fit(std::string_view intent, std::span<const std::string> answers) const;

 private:
  lm::LanguageModel* embedder_;
};

/// One of several answers, as it is ranked.
struct Ranked {
  double fit = 0;
  bool whole = true;  ///< false: cut, or breaks a rule of its task
};
/// Positions, the best first: whole ones before the others, then by fit, then in their order.
std::vector<std::size_t> best_first(std::span<const Ranked> answers);

}  // namespace udrl::inference
