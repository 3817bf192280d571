// Does an answer look like those of the task that was asked for? Not for: whether it keeps the task's rules
// (task/validity.hpp).
#pragma once

#include <vector>

#include "measure.hpp"
#include "systems/training.hpp"
#include "udrl/command/certificate.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval {

/// A task's style is the mean embedding of some of its training answers: what they are about averages out. `row`: one
/// answer a case; invalid ones count too. With one task there is nothing to mistake, and no styles.
std::vector<command::TaskStyle> task_styles(const MeasuredRow& row, const CaseSet& set, const TrainingView& training,
                                            lm::LanguageModel& embedder);

}  // namespace udrl::eval
