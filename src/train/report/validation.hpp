// Losses of sequences, summed up by task and by return. Internal; no torch. Not for: computing them (trainer.hpp).
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/samples.hpp"
#include "optim/trainer.hpp"
#include "udrl/command/fitted.hpp"

namespace udrl::train {

/// Nats a target token.
struct Validation {
  double loss = 0;
  std::map<std::string, double> by_task;
  std::map<int, double> by_return;  ///< by bin
};

/// `sequences` name their samples by index; one without a task or a return (a negative task_index or bin) counts in
/// `loss` alone.
Validation summed_up(const EvaluationResult& result, const std::vector<Sample>& samples, const command::Fitted& fitted);

}  // namespace udrl::train
