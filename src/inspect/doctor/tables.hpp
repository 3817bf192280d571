// The tables of doctor.html. Not for: verdicts (doctor_page.hpp).
#pragma once

#include "findings.hpp"
#include "udrl/page/html.hpp"

namespace udrl::inspect {

page::Html tables_section(const Findings& findings);

}  // namespace udrl::inspect
