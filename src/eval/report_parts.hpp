// Pieces of the report, each a section of the page. Not for: the figures, or styles.
#pragma once

#include <string>
#include <vector>

#include "udrl/eval/html.hpp"
#include "udrl/eval/results.hpp"

namespace udrl::eval {

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

const char* css_class(RowKind kind);
/// The cost of a row's system, or null.
const Cost* cost_of(const Results& results, const RowResult& row);
/// The ratio to a reference row, or null.
const Ratio* ratio_to(const RowResult& row, const std::string& reference);

Html systems_section(const Results& results);
Html control_section(const Results& results);
Html variety_section(const Results& results);
Html cost_section(const Results& results);
Html answers_section(const Results& results, std::size_t shown);
Html method_section(const Results& results);

}  // namespace udrl::eval
