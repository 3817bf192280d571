// The charts of doctor.html. Not for: tables (doctor_tables.hpp).
#pragma once

#include "findings.hpp"
#include "udrl/page/html.hpp"

namespace udrl::inspect {

page::Html charts_section(const Findings& findings);

}  // namespace udrl::inspect
