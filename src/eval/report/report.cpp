// The page: summary, charts, and the sections of parts.hpp.
#include "report.hpp"

#include <algorithm>
#include <cmath>

#include "parts.hpp"
#include "stats/format.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/page/chart.hpp"

namespace udrl::eval {
namespace {

const Ratio& primary_ratio(const Results& results) {
  return *results.shown(results.row(results.primary.row)).ratio_to(results.primary.reference);
}

/// The names of the parts with a verdict, each once.
std::vector<std::string> parts_that(const PrimaryComparison& primary, Verdict verdict) {
  std::vector<std::string> names;
  for (const VerdictPart& part : primary.parts)
    if (part.judgement.verdict == verdict && std::find(names.begin(), names.end(), part.name) == names.end())
      names.push_back(part.name);
  return names;
}

/// What it means for a student to fall short of a part.
std::string shortfall(const std::string& part) {
  if (part == to_string(Half::fidelity)) return "keeps less to the request";
  if (part == to_string(Half::elaboration)) return "says less about it";
  if (part == "fluency") return "writes worse";
  return part == "diversity" ? "is less varied" : "is no better than the nearest neighbour";
}

/// One sentence for somebody who decides.
std::string title(const Results& results) {
  const PrimaryComparison& primary = results.primary;
  switch (primary.verdict) {
    case Verdict::pass: return "The student can stand in for its teacher";
    case Verdict::fail: {
      std::vector<std::string> reasons = parts_that(primary, Verdict::fail);
      std::transform(reasons.begin(), reasons.end(), reasons.begin(), shortfall);
      return "The student cannot stand in for its teacher: it " + enumerated(reasons);
    }
    case Verdict::inconclusive:
      return "It is not decided yet: " + enumerated(parts_that(primary, Verdict::inconclusive));
    case Verdict::undefined: return "No ratio can be given: the teacher is not above the zero";
    case Verdict::withheld: break;
  }
  return "No verdict can be given";
}

/// Of the halves that are defined.
std::string compared(double fidelity, double elaboration) {
  std::string out;
  if (std::isfinite(fidelity))
    out = "The student’s answers are as much about the request as " + percent(fidelity) + " of the teacher’s";
  if (!std::isfinite(elaboration)) return out;
  out += out.empty() ? "The student’s answers say " : ", and say ";
  return out + (elaboration > 0 ? percent(elaboration) + " of what the teacher’s say beyond its words"
                                : std::string("no more beyond its words than a phrase that fits everything"));
}

std::string lead(const Results& results) {
  const Ratio& ratio = primary_ratio(results);
  std::string out = "Both answered the same " + plural(results.set.main().intents, "short request") + " about " +
                    plural(results.set.main().subjects.size(), "subject") +
                    " that the student’s training never saw, for " + plural(results.set.tasks.size(), "task") +
                    ". The teacher is " + results.row(results.primary.reference).row.title + ". ";
  const Estimate &fidelity = ratio.halves[Half::fidelity].value, &elaboration = ratio.halves[Half::elaboration].value;
  const std::string said = compared(fidelity.value, elaboration.value);
  return said.empty() ? out
                      : out + said + " (by " + results.shown_scorer().info.name + ", " +
                            to_string(results.shown_scorer().info.role) + ").";
}

Html verdict(const Results& results) {
  const PrimaryComparison& h = results.primary;
  const std::string name = to_string(h.verdict);
  std::string why = "To pass, the one-sided 95% lower bound of every part must lie above its margin.";
  if (h.verdict == Verdict::inconclusive) {
    const double needed = subjects_needed(h.parts);
    if (needed > 0) why += " To decide takes " + about(needed, "subjects") + ".";
  }
  if (!h.withheld_because.empty()) why = "No verdict is given: " + h.withheld_because.front() + ".";
  return tag("p", {{"class", "decision"}}, {tag("span", {{"class", "verdict " + name}}, name), tag("span", why)});
}

/// Every part with its bound and its margin.
Html parts_table(const std::string& title, const std::vector<VerdictPart>& parts) {
  const std::vector<TableRow> rows = part_rows(parts, "student");
  if (rows.empty()) return {};
  return data_table({title, "scorer", "student, of the teacher", "one-sided 95% lower bound", "margin", "verdict"},
                    rows);
}

/// The same asked of the student's best of n: a claim of its own.
Html best_of_parts(const Results& results) {
  if (!results.best_of) return {};
  const Row& row = results.row(results.best_of->row).row;
  return parts_table("The best of " + std::to_string(row.best_of) + " answers" + chosen_by(row) + ": " +
                         to_string(results.best_of->verdict),
                     results.best_of->parts);
}

std::string times(double ratio) { return std::isfinite(ratio) ? fixed(ratio, ratio < 10 ? 1 : 0) + "×" : "–"; }

Html facts(const Results& results) {
  const RowResult& student = results.row(results.primary.row);
  const Cost* own = results.cost_of(student);
  const Cost* teacher = results.cost_of(results.row(results.primary.reference));
  std::vector<Html> parts;
  if (own && teacher) {
    const double size = static_cast<double>(teacher->model.parameters) / static_cast<double>(own->model.parameters);
    parts.push_back(fact(millions(own->model.parameters), "parameters; the teacher has " + times(size) + " as many"));
    parts.push_back(fact(
        duration(own->latency.p50_s),
        "for a whole answer; the teacher takes " + times(teacher->latency.p50_s / own->latency.p50_s) + " as long"));
  }
  if (student.words.answers > 0)
    parts.push_back(fact(fixed(student.words.mean_absolute_error, 1), "words off the length asked for, on average"));
  if (const auto& effect = results.shown_scorer().return_effect) {
    const Estimate& d = effect->masked;
    const std::string sign = d.value >= 0 ? "+" : "";
    parts.push_back(fact(sign + fixed(d.value, 3),
                         "relevance from asking the top return rather than the lowest (" + range_of(d, 3) + ")"));
  }
  return tag("div", {{"class", "facts"}}, parts);
}

Html notes(const PrimaryComparison& h) {
  std::vector<Html> lines;
  for (std::size_t i = 1; i < h.withheld_because.size(); ++i)  // the first stands beside the verdict
    lines.push_back(tag("p", "Also withheld because " + h.withheld_because[i] + "."));
  for (const auto& caveat : h.caveats) lines.push_back(tag("p", "Note: " + caveat + "."));
  return tag("div", {{"class", "notes"}}, lines);
}

}  // namespace

Html people_place() { return tag("section", {{"id", "people"}}, std::vector<Html>{}); }

std::string report_html(const Results& results, const ReportOptions& options) {
  const Html summary =
      tag("header", {tag("p", {{"class", "kicker"}}, "udrl evaluation"), tag("h1", title(results)),
                     tag("p", {{"class", "lead"}}, lead(results)), verdict(results), facts(results),
                     tag("p", {{"class", "small muted"}}, "Measured on " + results.lineage.processor + "."),
                     parts_table("Part", results.primary.parts), best_of_parts(results), notes(results.primary)});
  const Html content =
      tag("main",
          {summary, charts_section(results), systems_section(results), scorers_section(results), people_place(),
           steering_section(results), certificate_section(results), variety_section(results), cost_section(results),
           answers_section(results, options.shown), method_section(results), tag("footer", results.lineage.version)});
  return document("udrl: " + title(results), content);
}

}  // namespace udrl::eval
