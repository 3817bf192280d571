// doctor.html: one file, verdict first. Not for: the figures (doctor_findings.hpp).
#pragma once

#include "checks.hpp"

namespace udrl::inspect {

std::string doctor_html(const Findings& findings, const Check& overall, const std::vector<Check>& checks);

}  // namespace udrl::inspect
