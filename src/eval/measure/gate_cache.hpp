// A scorer's gates and what it makes of damage, kept on disk: they take longer than a row's values, and change with the
// reference alone. Not for: measuring them (score/gates.hpp).
#pragma once

#include <filesystem>
#include <vector>

#include "scoring.hpp"

namespace udrl::eval {

/// The gates in `file` if they are of the same answers and options, else measured and written there. Those that are
/// read back have no single values (`values`, `own`).
std::vector<score::Gate> cached_gates(const std::filesystem::path& file, const RelevanceScorer& scorer,
                                      const score::GateAnswers& answers, const score::GateOptions& options,
                                      Observer& observer);

/// The same of the damage.
score::Damage cached_damage(const std::filesystem::path& file, const RelevanceScorer& scorer,
                            const score::GateAnswers& answers, const score::DamageOptions& options, Observer& observer);

}  // namespace udrl::eval
