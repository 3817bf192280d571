// Does an answer look like those of the task that was asked for? Not for: whether it keeps the task's rules
// (task/validity.hpp).
#pragma once

#include <vector>

#include "measure.hpp"
#include "systems/training.hpp"
#include "udrl/command/certificate.hpp"

namespace udrl::eval {

/// By the trigrams of the tasks' training answers. `row`: one answer a case; invalid ones count too. With one task
/// there is nothing to mistake, and no styles.
std::vector<command::TaskStyle> task_styles(const MeasuredRow& row, const CaseSet& set, const TrainingView& training);

}  // namespace udrl::eval
