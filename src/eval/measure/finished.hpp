// A finished evaluation, read back from its folder: no model is opened. Not for: making one (run/evaluate.cpp).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "udrl/data/record.hpp"

namespace udrl::eval {

/// What results.json says that is used again.
struct FinishedRun {
  std::filesystem::path folder;
  std::string part;                             ///< the main one, which verdicts are about
  std::string verdict, row, reference;          ///< of the primary comparison
  std::map<std::string, std::string> verdicts;  ///< by scorer
  std::map<std::string, data::Json> sampling;   ///< by row: an object
  data::Json config, sha256;                    ///< what it was made from: objects
  std::string version, processor;
};

/// Throws `Error` (user) where the folder holds no finished evaluation, or one of another version of udrl.
FinishedRun open_finished(const std::filesystem::path& folder);

/// Each line of measured.jsonl: row by row, in each the cases in their order. What `take` throws of a field that is
/// wrong becomes an `Error` (user) with file and line.
void for_each_measured(const FinishedRun& run, const std::function<void(const data::Json& line)>& take);

}  // namespace udrl::eval
