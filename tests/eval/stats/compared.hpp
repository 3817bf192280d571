// What the tests of comparisons share: made-up results compared, and their ratios found.
#pragma once

#include <stdexcept>
#include <string>

#include "eval/fixtures.hpp"
#include "stats/compare.hpp"

namespace udrl::eval::testing {

inline Results compared(Results results, CompareOptions options = compare_options()) {
  compare(results, options);
  return results;
}

inline const Ratio& ratio_to(const Results& results, const std::string& row, const std::string& reference) {
  for (const Ratio& ratio : results.shown(results.row(row)).ratios)
    if (ratio.reference == reference) return ratio;
  throw std::runtime_error("no such reference");
}

inline const Estimate& fidelity(const Ratio& ratio) { return ratio.halves[Half::fidelity].value; }
inline const Estimate& elaboration(const Ratio& ratio) { return ratio.halves[Half::elaboration].value; }

}  // namespace udrl::eval::testing
