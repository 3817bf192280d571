// report.html: one file, no script, no network, light and dark, screen, phone and paper. Not for: the figures
// (compare.hpp).
#pragma once

#include <cstddef>
#include <string>

#include "stats/results.hpp"

namespace udrl::eval {

struct ReportOptions {
  std::size_t shown = 24;  ///< cases with answers side by side
};

std::string report_html(const Results& results, const ReportOptions& options);

}  // namespace udrl::eval
