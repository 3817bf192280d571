// What a scorer's word is worth: good answers are damaged by so much, and each half of relevance must see its own
// damage and not the other's. A mean over answers is linear in the share of bad ones whatever the scorer is worth, so
// the damage goes into the answers themselves. For: evaluation and the doctor, which ask this one rule. Not for:
// telling single pairs apart (gates.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/score/gates.hpp"
#include "udrl/score/halves.hpp"
#include "udrl/score/resources.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::score {

/// Shares of an answer's own content words that are replaced by words of another intent's answer to the same task.
inline constexpr std::array damage_shares{0.25, 0.5, 0.75, 1.0};
/// What is asked of the damage, in the ratio (damaged − zero) / (undamaged − zero).
inline constexpr double most_elaboration_left = 0.15;  ///< all own content words replaced
inline constexpr double most_fidelity_lost = 1.0 / 3;  ///< of what elaboration loses there
inline constexpr double most_fidelity_left = 0.5;      ///< the subject's words replaced by another subject's
/// Fewer answers of a task show nothing.
inline constexpr std::size_t fewest_damaged = 20;

/// What damage does to a task's answers, by half, as that ratio. Undefined where the undamaged answers are not above
/// the zero with their one-sided 95% bound.
struct TaskDamage {
  std::string task;
  std::size_t answers = 0, with_subject = 0;                 ///< damaged; those that name their subject
  Halves<double> undamaged, zero;                            ///< mean values
  std::array<Halves<Estimate>, damage_shares.size()> words;  ///< at each share
  /// What elaboration loses from one share to the next, the first from none: must be above 0 with its bound.
  std::array<Estimate, damage_shares.size()> steps;
  /// Over the answers that name their subject. For elaboration the other subject is masked as the intent's words are.
  Halves<Estimate> subject;
  Halves<std::string> why_not;  ///< why the half is not valid for this task; "" where it is

  bool is_valid(Half half) const { return why_not[half].empty(); }
};

/// One scorer, under one model.
struct Damage {
  std::string scorer;   ///< of the value as written: "pmi"
  std::string why_not;  ///< why it could not be asked; "" where it was
  std::vector<TaskDamage> tasks;
};

struct DamageOptions {
  int resamples = 1000;  ///< of the bootstrap over subjects
  std::uint64_t seed = 1;
};

/// `value`: of any scorer that sees one intent (relevance, pmi, judge …); one without a masked form has no word on
/// elaboration. The answers' `content_free` texts are elaboration's zero: for each task the kind of them that scores
/// best. Fidelity's zero is another intent's answer. Answers for which a scorer gives no value are left out.
Damage measure_damage(const GateAnswers& answers, const std::string& value, const DamageOptions& options,
                      const Resources& resources, Observer& observer);

/// The smallest share of whole answers that must be replaced by another intent's before the mean is told from the
/// undamaged one (one-sided 95% bound of a bootstrap over clusters); 1 where no share is. `own` and `others`: values of
/// each answer and of its replacement.
double smallest_share_told(std::span<const double> own, std::span<const double> others,
                           std::span<const std::size_t> cluster_of, const Resamples& resamples, std::uint64_t seed);

}  // namespace udrl::score
