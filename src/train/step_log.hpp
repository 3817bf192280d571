// A file of JSON lines that name the step they are of (metrics.jsonl, samples.jsonl). A run that goes on drops the
// lines of steps that it will take again. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

namespace udrl::train {

using Json = nlohmann::ordered_json;

/// The complete lines of a file, up to a step; none where there is no file.
std::vector<Json> read_step_lines(const std::filesystem::path& file, std::uint64_t last_step = ~std::uint64_t{0});

class StepLog {
 public:
  /// Drops the lines of steps after `step`.
  StepLog(const std::filesystem::path& file, std::uint64_t step);
  void append(const Json& line);
  void flush();

 private:
  void check() const;
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace udrl::train
