// Verdicts on findings: PASS, FAIL or UNKNOWN, the reason, and what to do. Not for: figures (findings.hpp).
#pragma once

#include "findings.hpp"

namespace udrl::inspect {

inline const std::string damage_check = "sees damage to an answer";
inline const std::string noise_check = "order of an intent's draws is more than noise";
inline const std::string spread_check = "draws of an intent differ";
inline const std::string confounded_check = "independent of length, copying and temperature";
inline const std::string gain_check = "a higher return is better by independent scorers";
inline const std::string few_check = "ranks hold with few draws";

/// By question, scorers in their order.
std::vector<Check> make_checks(const Findings& findings);
/// PASS where some scorer passes all that a label must; FAIL where each fails at something; else UNKNOWN.
Check overall_check(const std::vector<Check>& checks, const Findings& findings);

}  // namespace udrl::inspect
