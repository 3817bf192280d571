// How a student is sampled where nobody says otherwise: chosen on the valid split of configs/five-tasks (docs/log.md,
// 2026-11-30, "a student that repeats itself"). Not for: teachers, whose decoding is their system's file.
#pragma once

namespace udrl::inference::usual {

inline constexpr double temperature = 0.4;
inline constexpr double spelling_temperature = 0.3;  ///< as `lm::Sampling` has it
/// Where the best of several is chosen by the critic, which sees what heat spoils: the drafts, and how they begin.
inline constexpr double draft_temperature = 0.5;
inline constexpr double draft_opening_temperature = 1.0;  ///< as `lm::Sampling` has it
inline constexpr double top_p = 0.95;
/// A small model repeats itself four times as much as its training data do, and the colder it is the more. This brings
/// it back; what teachers are given (1.1) does not.
inline constexpr double repeat_penalty = 1.4;

}  // namespace udrl::inference::usual
