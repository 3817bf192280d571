// What people say, as a section of the report. Not for: the figures (opinion.hpp).
#pragma once

#include <string>

#include "opinion.hpp"

namespace udrl::eval {

/// The report with the section in its place, which `report_html` leaves empty; one that was there goes. Throws `Error`
/// (user) where the report has no such place.
std::string with_opinion(const std::string& report, const Opinion& opinion);

}  // namespace udrl::eval
