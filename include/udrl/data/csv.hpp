// Text as cells of CSV that people open in a spreadsheet: quoted as RFC 4180 says, and never a formula. Not for:
// reading rows (text_lines.hpp).
#pragma once

#include <string>
#include <string_view>

namespace udrl::data {

/// The cell with its quotes. A spreadsheet computes what begins with = + - @ or a tab, and text of a model may be meant
/// to be computed: an apostrophe goes before it, and before an apostrophe, so that `plain_cell` gives the text back.
std::string csv_cell(std::string_view text);

/// What `csv_cell` was given, from the cell without its quotes; other text as it is.
std::string plain_cell(std::string_view cell);

}  // namespace udrl::data
