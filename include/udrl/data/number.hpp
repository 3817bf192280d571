// Numbers in JSON, which knows none that are not finite: those are null. Not for: records, which refuse them
// (record.hpp), or reading them back (`Fields::number_or_nan`).
#pragma once

#include <cmath>

#include "udrl/data/record.hpp"

namespace udrl::data {

inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace udrl::data
