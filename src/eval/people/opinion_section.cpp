// The section "What people say".
#include "opinion_section.hpp"

#include "report/parts.hpp"
#include "stats/format.hpp"
#include "udrl/base/error.hpp"

namespace udrl::eval {
namespace {

std::string under(const Opinion& o) {
  std::string out =
      "Raters saw two answers without knowing whose they are. PASS asks that the student’s win rate, ties "
      "half, is above " +
      fixed(o.judgement.margin, 2) + " with 95% confidence.";
  if (o.judgement.verdict == Verdict::inconclusive && o.pairs_needed > 0)
    out += " To decide takes " + about(o.pairs_needed, "pairs") + ".";
  return out;
}

Html win_rates(const Opinion& o) {
  const auto line = [](const std::string& name, const Estimate& e, const Html& last) {
    return TableRow{"student", {cell(name), estimate_cell(e, 2), cell(fixed(e.lower_95, 2)), last}};
  };
  std::vector<TableRow> rows = {line("all " + plural(o.rated, "pair"), o.win_rate, verdict_cell(o.judgement.verdict))};
  for (const auto& [task, estimate] : o.by_task) rows.push_back(line(task, estimate, cell("–")));
  return data_table({"Student’s win rate against " + o.reference, "ties half", "one-sided 95% lower bound", "verdict"},
                    rows, narrow_table);
}

Html raters(const Opinion& o) {
  std::vector<TableRow> rows;
  for (const RaterResult& r : o.raters)
    rows.push_back({"",
                    {cell(r.name), cell(std::to_string(r.rated)), cell(std::to_string(r.ties)),
                     cell(std::to_string(r.passed) + " of " + std::to_string(r.checks)),
                     r.why_not.empty() ? cell("yes") : with_small("no", r.why_not)}});
  return data_table({"Rater", "pairs", "ties", "attention checks passed", "counts"}, rows, narrow_table);
}

Html raters_agree(const Opinion& o) {
  std::vector<TableRow> rows;
  for (const RatersAgree& r : o.raters_agree)
    rows.push_back({"",
                    {cell(r.first + ", " + r.second), cell(std::to_string(r.pairs)), cell(percent(r.same)),
                     cell(fixed(r.kappa, 2))}});
  if (rows.empty()) return {};
  rows.push_back({"", {cell("all: Krippendorff’s alpha"), cell("–"), cell("–"), cell(fixed(o.alpha, 2))}});
  return data_table({"Two raters", "pairs", "chose the same", "beyond chance (kappa)"}, rows, narrow_table);
}

Html scorers_agree(const Opinion& o) {
  std::vector<TableRow> rows;
  for (const ScorerAgrees& s : o.scorers_agree)
    rows.push_back({"",
                    {cell(s.scorer + ", " + value_name(s)), cell(std::to_string(s.pairs)), estimate_cell(s.same, 2),
                     cell(fixed(s.kappa, 2))}});
  return data_table({"Scorer", "pairs that people decide", "orders them as people do", "beyond chance (kappa)"}, rows,
                    narrow_table);
}

Html notes(const Opinion& o) {
  std::vector<Html> lines;
  for (const std::string& caveat : o.caveats) lines.push_back(tag("p", "Note: " + caveat + "."));
  return lines.empty() ? Html{} : tag("div", {{"class", "notes"}}, lines);
}

}  // namespace

std::string with_opinion(const std::string& report, const Opinion& o) {
  const std::string opening = people_place().markup().substr(0, people_place().markup().find("</"));
  const std::size_t from = report.find(opening), to = report.find("</section>", from);
  if (from == std::string::npos || to == std::string::npos)
    throw user_error("report.html has no place for what people say").hint("evaluate again: nothing is asked twice");
  const Html section = join(
      {heading("What people say", under(o)), win_rates(o), raters(o), raters_agree(o), scorers_agree(o), notes(o)});
  return report.substr(0, from + opening.size()) + section.markup() + report.substr(to);
}

}  // namespace udrl::eval
