// Asking people about a finished evaluation: pairs to rate, and what the ratings say. No model is opened. Not for: a
// model that judges (JudgeOptions).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl::eval {

struct ExportPairsOptions {
  std::filesystem::path out;  ///< the evaluation's folder
  int pairs = 100;
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, ExportPairsOptions& options);

/// Writes pairs/ in the evaluation's folder: pairs.csv and pairs.html for raters, who do not learn whose answers they
/// see, and key.json, which says it. Returns what to tell the user. Throws `Error` (user) where another sheet is there,
/// whose ratings could no longer be read.
std::string export_pairs(const ExportPairsOptions& options);

struct HumanOptions {
  std::filesystem::path out;       ///< the evaluation's folder
  std::vector<std::string> files;  ///< CSV of raters
  double win_rate = 0.45, attention = 0.75;
  int resamples = 10'000;
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, HumanOptions& options);

/// Writes human.json and its section of report.html. Returns a table for a terminal. Throws `Error` (user) for ratings
/// that do not belong to the sheet, and where the report has no place for them.
std::string take_ratings(const HumanOptions& options);

}  // namespace udrl::eval
