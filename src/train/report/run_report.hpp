// report.html of a training run: what is trained, curves, what the student writes, how to go on. Made from
// metrics.jsonl and samples.jsonl alone and a short description, so that it can be made of any run's. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "step_log.hpp"
#include "udrl/page/html.hpp"

namespace udrl::train {

inline constexpr const char* report_file = "report.html";

struct RunDescription {
  std::vector<std::string> lines;  ///< the model, the data, the steps
  std::uint64_t steps = 0;         ///< planned
  std::uint64_t parameters = 0;
  std::string command_line;
  std::string outcome = {};     ///< how it ended; empty: it has not
  std::string stopped_by = {};  ///< what stopped it; empty: nothing
};

std::string run_report_html(const RunDescription& run, const std::vector<Json>& metrics,
                            const std::vector<Json>& samples);
/// The curves (run_report_charts.cpp).
page::Html run_charts(const std::vector<Json>& metrics);

/// From the files in `folder` into its report.html.
void write_run_report(const std::filesystem::path& folder, const RunDescription& run);

}  // namespace udrl::train
