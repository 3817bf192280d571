// doctor.json: every figure and every verdict. Not for: people (doctor_page.hpp).
#pragma once

#include "findings.hpp"

namespace udrl::inspect {

data::Json to_json(const Findings& findings);
data::Json to_json(const Check& check);
Check check_from_json(const data::Json& json);

}  // namespace udrl::inspect
