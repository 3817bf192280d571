// Damage as JSON, both ways. Not for: how it is shown (report/scorer_tables.cpp).
#pragma once

#include "estimate_json.hpp"
#include "udrl/score/damage.hpp"

namespace udrl::eval {

data::Json to_json(const score::Damage& damage);
score::Damage damage_from_json(const data::Json& json);

}  // namespace udrl::eval
