// The charts of doctor.html. Not for: tables (doctor_tables.hpp).
#pragma once

#include "doctor_findings.hpp"
#include "udrl/page/html.hpp"

namespace udrl::distill {

page::Html charts_section(const Findings& findings);

}  // namespace udrl::distill
