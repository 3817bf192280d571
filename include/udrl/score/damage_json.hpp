// Damage as JSON, both ways. Not for: how it is shown (the reports of doctor and evaluation).
#pragma once

#include "udrl/score/damage.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::score {

data::Json to_json(const Damage& damage);
Damage damage_from_json(const data::Json& json);

}  // namespace udrl::score
