// Who says so: the scorers, the arms that must fail under them, and how far each row generalises.
#include "format.hpp"
#include "report_parts.hpp"

namespace udrl::eval {
namespace {

Html auc_cell(const score::Gate& gate) {
  return gate.why_not.empty() ? estimate_cell(gate.shuffled, 3) : cell("not measured");
}

Html swapped_cell(const score::Gate& gate) {
  const auto subject = gate.swapped.find("subject");
  return cell(subject == gate.swapped.end() ? "–" : percent(subject->second.value));
}

Html scorers_table(const Results& results) {
  std::vector<TableRow> rows;
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const ScorerResult& scorer = results.scorers[s];
    const Scored& student = results.row(results.headline.row).scored[s];
    rows.push_back(
        {s == results.headline.scorer ? "student" : "",
         {cell(scorer.info.name), cell(to_string(scorer.info.role)), auc_cell(scorer.masked),
          swapped_cell(scorer.masked), auc_cell(scorer.raw), ratio_cell(ratio_to(student, results.headline.reference)),
          tag("span", {{"class", to_string(scorer.verdict)}}, to_string(scorer.verdict))}});
  }
  return data_table({"Scorer", "role", "AUC, masked", "knows another subject, masked", "AUC, raw",
                     "student’s ratio, masked", "verdict at " + fixed(results.headline.margin, 2)},
                    rows);
}

Html arms_table(const Results& results) {
  std::vector<std::string> head = {"Arms that must fail: ratio to " +
                                   results.row(results.headline.reference).row.short_title};
  for (const ScorerResult& scorer : results.scorers) head.push_back(scorer.info.name);
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::arm) continue;
    TableRow line{"arm", {cell(row.row.title)}};
    for (const Scored& scored : row.scored)
      line.cells.push_back(ratio_cell(ratio_to(scored, results.headline.reference)));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

Html parts_table(const Results& results) {
  std::vector<std::string> head = {"How far it generalises: ratio to " +
                                   results.row(results.headline.reference).row.short_title};
  for (const Part& part : results.set.parts)
    head.push_back(part.name + ", " + std::to_string(part.intents) + " intents");
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    const Scored& scored = results.shown(row);
    TableRow line{css_class(row.row.kind),
                  {cell(row.row.short_title), ratio_cell(ratio_to(scored, results.headline.reference))}};
    for (std::size_t part = 1; part < results.set.parts.size(); ++part)
      line.cells.push_back(estimate_cell(scored.ratio_by_part.at(results.set.parts[part].name), 2));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

}  // namespace

Html scorers_section(const Results& results) {
  std::vector<Html> parts = {
      heading(
          "Who says so?",
          "A scorer is examined on the reference’s answers: does it know the request that each was written for from "
          "another one (AUC), and from the same request about another subject?"),
      scorers_table(results), arms_table(results)};
  if (results.set.parts.size() > 1) parts.push_back(parts_table(results));
  return join(parts);
}

}  // namespace udrl::eval
