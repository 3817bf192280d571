// Pieces of the report, each a section of the page. Not for: the figures, or styles.
#pragma once

#include <string>
#include <vector>

#include "stats/results.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::eval {

using namespace page;  // markup, charts and tables
using page::fixed;     // not the plain one of base/table.hpp

const char* css_class(RowKind kind);

Html cell(const std::string& content);
/// With its interval below.
Html estimate_cell(const Estimate& e, int decimals);
/// "–" for none.
Html ratio_cell(const Ratio* ratio, Half half);
/// "–" where it was not read.
Html fluency_cell(const RowResult& row);
/// With what would decide it, where it is open.
Html verdict_cell(const Judgement& judgement);
Html verdict_cell(Verdict verdict);
/// What a verdict asks for, each with its bound and its margin: six cells a row.
std::vector<TableRow> part_rows(const std::vector<VerdictPart>& parts, const std::string& css_class);

Html charts_section(const Results& results);
Html systems_section(const Results& results);
Html scorers_section(const Results& results);
/// Left empty for what people say, who rate what is finished (people/opinion_section.hpp).
Html people_place();
Html steering_section(const Results& results);
Html certificate_section(const Results& results);
Html variety_section(const Results& results);
Html cost_section(const Results& results);
Html answers_section(const Results& results, std::size_t shown);
Html method_section(const Results& results);

}  // namespace udrl::eval
