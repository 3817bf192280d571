// Estimates as JSON, both ways. Not for: how they are shown.
#pragma once

#include "udrl/data/fields.hpp"
#include "udrl/data/number.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::score {

inline data::Json to_json(const Estimate& e) {
  using data::number;
  return {{"value", number(e.value)},
          {"low", number(e.low)},
          {"high", number(e.high)},
          {"lower_95", number(e.lower_95)},
          {"upper_95", number(e.upper_95)}};
}

inline Estimate estimate_from_json(const data::Json& json) {
  const data::Fields fields(json, "figure with its range");
  const auto at = [&](const char* name) { return fields.number_or_nan(name); };
  return {at("value"), at("low"), at("high"), at("lower_95"), at("upper_95")};
}

}  // namespace udrl::score
