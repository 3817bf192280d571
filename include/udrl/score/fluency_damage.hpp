// What a reader's word on fluency is worth: good answers are damaged by so much, and it must see that. For: evaluation.
// Not for: relevance (damage.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "udrl/score/damage.hpp"
#include "udrl/score/gates.hpp"
#include "udrl/score/resources.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::score {

/// Shares of an answer's words that are put in each other's places. Of three quarters little is left to lose.
inline constexpr std::array shuffled_shares{0.25, 0.5, 1.0};

/// What damage does to the fluency of a task's answers: what is left of the undamaged mean. Undefined where that is not
/// above 0 with its one-sided 95% bound.
struct FluencyDamage {
  std::string task;
  std::size_t answers = 0;  ///< damaged
  double undamaged = 0;     ///< mean, nats a token
  /// With `shuffled_shares` of the words shuffled.
  std::array<Estimate, shuffled_shares.size()> shuffled;
  /// What is lost from one share to the next, the first from none, nats a token: must be above 0 with its bound.
  std::array<Estimate, shuffled_shares.size()> steps;
  Estimate exchanged;   ///< with all own content words those of answers to other intents
  Estimate exchanging;  ///< what is lost by that, nats a token: must be above 0 with its bound
  std::string why_not;  ///< why its word does not count for this task; "" where it does
};

/// Fluency of texts, one value each (`scorer.hpp`).
using ReadFluency = std::function<std::vector<double>(std::span<const Candidate>)>;

/// Of each task of `answers`, in their order.
std::vector<FluencyDamage> measure_fluency_damage(const GateAnswers& answers, const DamageOptions& options,
                                                  const ReadFluency& read);

}  // namespace udrl::score
