// The tables of doctor.html. Not for: verdicts (doctor_page.hpp).
#pragma once

#include "doctor_findings.hpp"
#include "udrl/page/html.hpp"

namespace udrl::distill {

page::Html tables_section(const Findings& findings);

}  // namespace udrl::distill
