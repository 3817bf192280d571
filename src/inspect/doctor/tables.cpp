// The figures behind the verdicts.
#include "report.hpp"

#include <cmath>
#include <set>

#include "udrl/page/figures.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::inspect {
namespace {

using page::data_table, page::fixed, page::heading, page::Html, page::join, page::narrow_table, page::percent,
    page::TableRow, page::text;

Html cell(const score::Estimate& e, int decimals) {
  return page::with_small(fixed(e.value, decimals),
                          std::isfinite(e.low) ? page::range_of(e.low, e.high, decimals) : "");
}

Html share(const score::Estimate& e) {
  return page::with_small(percent(e.value, 1), page::range_of(100 * e.low, 100 * e.high, 1));
}

Html gates(const Findings& f) {
  std::vector<std::string> head = {"Scorer", "AUC"};
  head.insert(head.end(), f.tasks.begin(), f.tasks.end());
  head.insert(head.end(), {"subject swapped", "format swapped"});
  std::vector<TableRow> rows;
  for (const Gate& gate : f.gates) {
    if (!gate.why_not.empty()) continue;
    TableRow row{"", {text(gate.scorer), cell(gate.shuffled, 3)}};
    for (const std::string& task : f.tasks) {
      const auto found = gate.by_task.find(task);
      row.cells.push_back(text(found == gate.by_task.end() ? "–" : fixed(found->second, 3)));
    }
    for (const char* attribute : {"subject", "format"}) {
      const auto found = gate.swapped.find(attribute);
      row.cells.push_back(found == gate.swapped.end() ? text("–") : share(found->second));
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return {};
  return join(
      {heading("True against other intents",
               "How well single pairs are told apart, which decides nothing: AUC against shuffled intents, by task as "
               "well; share of answers that score higher for their own intent than for one with a swapped attribute."),
       data_table(head, rows)});
}

/// What is left of each half when the answers are damaged.
Html damages(const Findings& f) {
  std::vector<std::string> head = {"Scorer, task", "half", "sees its own damage"};
  for (const double of_words : score::damage_shares) head.push_back(percent(of_words) + " of own words");
  head.emplace_back("another subject");
  std::vector<TableRow> rows;
  for (const score::Damage& damage : f.damages)
    for (const score::TaskDamage& task : damage.tasks)
      for (const score::Half half : score::halves) {
        if (!std::isfinite(task.undamaged[half])) continue;
        TableRow row{"", {text(damage.scorer + ", " + task.task), text(to_string(half))}};
        row.cells.push_back(task.is_valid(half) ? text("yes") : page::with_small("no", task.why_not[half]));
        for (const auto& words : task.words) row.cells.push_back(cell(words[half], 2));
        row.cells.push_back(cell(task.subject[half], 2));
        rows.push_back(std::move(row));
      }
  if (rows.empty()) return {};
  return join({heading("What is left after damage",
                       "Fidelity is a value as written, elaboration the same with the intent’s words masked. Each must "
                       "see its own damage, and hardly the other’s: an answer’s own content words exchanged for those "
                       "of another answer, and its subject exchanged for another."),
               data_table(head, rows)});
}

Html agreements(const Findings& f) {
  if (f.agreements.empty()) return {};
  std::vector<TableRow> rows;
  for (const Agreement& a : f.agreements)
    rows.push_back({"",
                    {page::with_small(a.a + " / " + a.b, a.independent ? "independent" : "related"),
                     cell(a.spearman, 3), text(fixed(a.chance.null_95, 3)), text(fixed(a.chance.p, 3)),
                     text(fixed(a.given_words, 3)), text(fixed(a.given_copying, 3)),
                     text(a.independent ? fixed(std::sqrt(std::max(0.0, a.spearman.value)), 2) : "–")}});
  return join({heading("Agreement within intents", "Rank correlation of two scorers over the draws of an intent."),
               data_table({"Scorers", "Spearman", "95% of chance below", "p", "length taken out", "copying taken out",
                           "reliability at most"},
                          rows)});
}

Html effects(const Findings& f) {
  std::vector<std::string> head = {"Within intents"};
  std::set<std::string> factors;
  for (const Effect& e : f.effects) factors.insert(e.factor);
  head.insert(head.end(), factors.begin(), factors.end());
  std::vector<TableRow> rows;
  for (const std::string& scorer : f.scorers) {
    TableRow row{"", {text(scorer)}};
    for (const Effect& e : f.effects)  // in the order of the set: factors come from a map
      if (e.scorer == scorer)
        row.cells.push_back(page::with_small(fixed(e.within.value, 2), "across " + fixed(e.across, 2)));
    rows.push_back(std::move(row));
  }
  return join(
      {heading("What else affects a scorer",
               "Rank correlation among the draws of an intent, and across all answers of a task. For a teacher: "
               "with being of that teacher."),
       data_table(head, rows)});
}

Html spreads(const Findings& f) {
  std::vector<TableRow> rows;
  for (const Spread& s : f.spreads)
    rows.push_back({"",
                    {text(s.scorer), text(percent(s.between)), text(percent(s.within)), text(fixed(s.sd, 3)),
                     text(fixed(s.sd_within, 3))}});
  return join({heading("Where the variance lies",
                       "Between intents is how easy the intent is; within is what a return can control."),
               data_table({"Scorer", "between intents", "within", "SD", "SD within"}, rows, narrow_table)});
}

Html few(const Findings& f) {
  if (f.few.empty()) return {};
  std::vector<TableRow> rows;
  for (const FewDraws& d : f.few)
    rows.push_back({"",
                    {text(d.scorer + ", " + std::to_string(d.draws) + " draws"), text(fixed(d.spearman, 3)),
                     share(d.same_bin), share(d.near_bin)}});
  return join({heading("Ranks among few draws", "Against the rank among all draws of the " +
                                                    std::to_string(f.few.front().groups) + " deep groups."),
               data_table({"Rank by", "Spearman", "same bin", "within one bin"}, rows, narrow_table)});
}

/// With many scorers, pairs are left to doctor.json: its own measure, and the mean of the independent ones.
bool shown(const Expected& e, std::size_t scorers) {
  constexpr std::size_t few = 3;
  return scorers <= few || e.judge == e.label || e.judge == independent_judge;
}

Html expected(const Findings& f) {
  std::vector<TableRow> rows;
  for (const Expected& e : f.expected) {
    if (!shown(e, f.scorers.size())) continue;
    const std::string kind = e.judge == e.label ? "by its own measure" : e.independent ? "independent" : "related";
    rows.push_back({e.judge == e.label ? "student" : "",
                    {page::with_small(e.label + " → " + e.judge, kind), cell(e.gain, 2), cell(e.range, 2),
                     text(fixed(e.slope, 2)), text(fixed(e.raw_range, 3))}});
  }
  return join(
      {heading("What a student can be expected to reach",
               "Labels by the first scorer, seen by the second, in standard deviations of the task’s answers. A "
               "ceiling: a student that obeys perfectly. Every pair of scorers is in doctor.json."),
       data_table({"Label → judge", "gain: top bin over the mean draw", "range: top over lowest bin",
                   "share of a label gain that is seen", "range in the judge’s unit"},
                  rows)});
}

}  // namespace

Html tables_section(const Findings& f) {
  return join({damages(f), gates(f), agreements(f), effects(f), spreads(f), few(f), expected(f)});
}

}  // namespace udrl::inspect
