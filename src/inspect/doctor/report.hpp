// What a finished examination becomes: doctor.json, and doctor.html with its charts and tables. Not for: the figures
// (findings.hpp), the verdicts on them (checks.hpp).
#pragma once

#include "checks.hpp"
#include "findings.hpp"
#include "udrl/page/html.hpp"

namespace udrl::inspect {

data::Json to_json(const Findings& findings);
data::Json to_json(const Check& check);
Check check_from_json(const data::Json& json);

page::Html charts_section(const Findings& findings);

page::Html tables_section(const Findings& findings);

std::string doctor_html(const Findings& findings, const Check& overall, const std::vector<Check>& checks);

}  // namespace udrl::inspect
