// The figures of metrics.jsonl as TensorBoard's event file (`--tensorboard`). Internal. Not for: what is logged
// (metrics.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "step_log.hpp"

namespace udrl::train {

inline constexpr const char* event_file = "events.out.tfevents.udrl";

class EventFile {
 public:
  /// Writes `events.out.tfevents.udrl` in the folder anew, with what `metrics` holds up to `step`, so that a run that
  /// goes on leaves no steps that it takes again. Throws `Error` as file_error does.
  EventFile(const std::filesystem::path& folder, const std::filesystem::path& metrics, std::uint64_t step);

  /// A scalar for each figure of a line of metrics.jsonl, by its name there ("loss", "valid_by_task/image").
  void append(const Json& line);

 private:
  std::filesystem::path file_;
  double started_;  ///< wall time of the run's first step, were it never stopped: seconds since 1970
  std::ofstream out_;
};

/// CRC-32C (Castagnoli), for tests.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace udrl::train
