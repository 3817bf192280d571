// The page: summary, charts, and the sections of parts.hpp.
#include "report.hpp"

#include <cmath>

#include "parts.hpp"
#include "stats/format.hpp"
#include "udrl/page/chart.hpp"

namespace udrl::eval {
namespace {

const Estimate& primary_ratio(const Results& results) {
  return results.shown(results.row(results.primary.row)).ratio_to(results.primary.reference)->corrected;
}

std::string finding(const Results& results) {
  const Estimate& e = primary_ratio(results);
  if (!std::isfinite(e.value)) return "No ratio can be given: the teacher does not beat shuffled answers";
  if (e.value <= 0) return "The student does no better than unrelated answers";
  return "The student reaches " + percent(e.value) + " of its teacher’s relevance";
}

/// A figure that nobody may vouch for is no primary.
bool is_withheld(const Results& results) { return results.primary.verdict == Verdict::withheld; }

std::string title(const Results& results) {
  return is_withheld(results) ? "No verdict can be given" : finding(results);
}

std::string lead(const Results& results) {
  const Estimate& e = primary_ratio(results);
  std::string out = is_withheld(results) ? finding(results) + ", as far as it can be told. " : "";
  out += "Both answered the same " + plural(results.set.main().intents, "short request") + " about " +
         plural(results.set.main().subjects.size(), "subject") + " that the student’s training never saw, for " +
         plural(results.set.tasks.size(), "task") + ". The teacher is " +
         results.row(results.primary.reference).row.title + ".";
  if (std::isfinite(e.low))
    out += " The share is counted from the floor of unrelated answers, with the request’s own words masked, by " +
           results.shown_scorer().info.name + " (" + to_string(results.shown_scorer().info.role) +
           "); its 95% interval is " + percent(e.low) + " to " + percent(e.high) + ".";
  return out;
}

Html verdict(const Results& results) {
  const PrimaryComparison& h = results.primary;
  const std::string name = to_string(h.verdict);
  std::string why = "To pass, the one-sided 95% lower bound must lie above " + percent(h.margin) + " of the teacher";
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    if (!results.scorers[s].carries_verdict()) continue;
    const Ratio* ratio = results.row(h.row).scored[s].ratio_to(h.reference);
    why += "; by " + results.scorers[s].info.name + " it is " + percent(ratio->corrected.lower_95, 1);
  }
  why += ".";
  if (!h.withheld_because.empty()) why = "No verdict is given: " + h.withheld_because.front() + ".";
  return tag("p", {{"class", "decision"}}, {tag("span", {{"class", "verdict " + name}}, name), tag("span", why)});
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

std::string report_html(const Results& results, const ReportOptions& options) {
  const Html summary =
      tag("header", {tag("p", {{"class", "kicker"}}, "udrl evaluation"), tag("h1", title(results)),
                     tag("p", {{"class", "lead"}}, lead(results)), verdict(results), facts(results),
                     tag("p", {{"class", "small muted"}}, "Measured on " + results.lineage.processor + "."),
                     notes(results.primary)});
  const Html content = tag("main", {summary, charts_section(results), systems_section(results),
                                    scorers_section(results), steering_section(results), variety_section(results),
                                    cost_section(results), answers_section(results, options.shown),
                                    method_section(results), tag("footer", results.lineage.version)});
  return document("udrl: " + title(results), content);
}

}  // namespace udrl::eval
