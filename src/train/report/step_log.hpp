// A file of JSON lines that name the step they are of (metrics.jsonl, samples.jsonl). A run that goes on drops the
// lines of steps that it will take again. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "udrl/data/members.hpp"

namespace udrl::train {

using Json = nlohmann::ordered_json;
using data::natural_in, data::number_in, data::text_in;  // of a line that says something else, nothing

inline constexpr const char* samples_file = "samples.jsonl";

/// Hands out the complete lines of a file, up to a step, one at a time; none where there is no file. Throws `Error`
/// (user), as all that read it here, where a line is longer than JSON may be.
void for_each_step_line(const std::filesystem::path& file, std::uint64_t last_step,
                        const std::function<void(Json line)>& take);
/// All of them.
std::vector<Json> read_step_lines(const std::filesystem::path& file, std::uint64_t last_step = ~std::uint64_t{0});
/// For curves, from a file of any length: about `most` of the lines, evenly, the last one, and all that have `key`.
std::vector<Json> read_some_lines(const std::filesystem::path& file, std::size_t most, const std::string& key);

class StepLog {
 public:
  /// Drops the lines of steps after `step`.
  StepLog(const std::filesystem::path& file, std::uint64_t step);
  /// Who follows the file sees the line at once.
  void append(const Json& line);
  /// What was appended survives a power cut.
  void sync() const;

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace udrl::train
