// A finished evaluation, read back from its folder: no model is opened. Not for: making one (run/evaluate.cpp).
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "udrl/data/record.hpp"

namespace udrl::eval {

struct FinishedRun {
  std::filesystem::path folder;
  data::Json results;     ///< results.json
  std::string main_part;  ///< name of the part that verdicts are about
};

/// Throws `Error` (user) where the folder holds no finished evaluation.
FinishedRun open_finished(const std::filesystem::path& folder);

/// Each line of measured.jsonl: row by row, in each the cases in their order. What `take` throws of a field that is
/// wrong becomes an `Error` (user) with file and line.
void read_measured(const FinishedRun& run, const std::function<void(const data::Json& line)>& take);

}  // namespace udrl::eval
