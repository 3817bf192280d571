// A line of metrics.jsonl. Internal. Not for: the file (step_log.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "step_log.hpp"
#include "validation.hpp"

namespace udrl::train {

inline constexpr const char* metrics_file = "metrics.jsonl";

struct Metrics {
  std::uint64_t step = 0;
  double loss = 0, grad_norm = 0, lr = 0;
  std::uint64_t tokens = 0, targets = 0;  ///< since the first step
  double tokens_per_s = 0;                ///< of this run, evaluations and saving included
  double seconds = 0;                     ///< wall time of the loop, all runs
  double mfu = 0;                         ///< of the measured matmul peak, in this step
  bool plain = false;                     ///< a step of the first phase, on plain text
  std::optional<double> critic_error;     ///< of the step's judged answers: `StepResult::critic_error`
  std::optional<Validation> valid;
  double valid_bits_per_byte = 0;  ///< with `valid`: its loss, see Preparation::bits_per_byte
};
Json to_json(const Metrics& metrics);

/// How long the runs took that wrote the lines up to a step. In the metrics and not in the saved state, so that the
/// state of a run that went on is that of one that never stopped, byte for byte.
double seconds_before(const std::filesystem::path& metrics, std::uint64_t step);

}  // namespace udrl::train
