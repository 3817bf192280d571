// What pages are made of: headings, tables, figures, and the page around them. Not for: what any page says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "udrl/page/html.hpp"

namespace udrl::page {

/// A whole page: no script, nothing from outside, the style sheet of style.hpp.
std::string document(const std::string& title, const Html& content);
/// What a page does, for one that has to: data as JSON text, which the script finds as the text of the element `data`,
/// and the script and the style sheet, both constants of the program.
struct Working {
  std::string json;
  std::string_view script, style;
};
/// The same page with a script. No other runs, whatever the data hold, and nothing is asked for outside.
std::string working_document(const std::string& title, const Html& content, const Working& working);
/// A section's heading and a line below it.
Html heading(const std::string& title, const std::string& under);
/// A figure that stands out, and what it is; for an element of class "facts".
Html fact(const std::string& figure, const std::string& words);
/// A chart in its frame; for an element of class "charts".
Html figure(const std::string& title, const std::string& words, const Html& chart);

/// A table whose rows become cards on a phone. `cells[0]` names the row.
struct TableRow {
  std::string css_class;
  std::vector<Html> cells;
};
Html data_table(const std::vector<std::string>& head, const std::vector<TableRow>& rows,
                const std::string& css_class = "cards");
inline constexpr const char* narrow_table = "cards narrow";
/// A value with a smaller line below it (nothing where empty).
Html with_small(const std::string& value, const std::string& small);

}  // namespace udrl::page
