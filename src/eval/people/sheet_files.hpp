// The sheet as raters get it: a table and a page. Neither says whose an answer is. Not for: the key (sheet.hpp).
#pragma once

#include <string>

#include "sheet.hpp"

namespace udrl::eval {

inline constexpr const char* rating_question = "Which serves the request better?";

/// id, task, intent, A, B, rating (empty): for a spreadsheet.
std::string sheet_csv(const Sheet& sheet);
/// One file that works offline: a pair at a time, ratings kept in the browser until they are downloaded as CSV (id,
/// rating, rater).
std::string sheet_html(const Sheet& sheet);

}  // namespace udrl::eval
