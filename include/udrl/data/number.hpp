// Numbers in JSON, which knows none that are not finite: those are null. Not for: records, which refuse them
// (record.hpp).
#pragma once

#include <cmath>
#include <limits>

#include "udrl/data/record.hpp"

namespace udrl::data {

inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// NaN for null: which of those that are not finite it was is lost.
inline double number_from(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

}  // namespace udrl::data
