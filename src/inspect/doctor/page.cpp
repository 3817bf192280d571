// The page: verdicts, charts, tables, how it was measured.
#include "report.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/page/parts.hpp"

namespace udrl::inspect {
namespace {

using namespace page;  // markup, charts and tables
using page::fixed;     // not the plain one of base/table.hpp

std::string title(Finding finding) {
  switch (finding) {
    case Finding::pass: return "This data is worth training on";
    case Finding::fail: return "Do not train on this data yet";
    case Finding::unknown: break;
  }
  return "Whether to train on this data is not known yet";
}

/// "12,606 answers"
std::string counted(std::size_t n, const std::string& one) { return grouped(n) + " " + one + (n == 1 ? "" : "s"); }

std::string sentence(std::string words) {
  if (words.empty()) return words;
  words.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(words.front())));
  return words + ".";
}

std::string lead(const Findings& f) {
  return "Examined: " + counted(f.draws, "answer") + " in " + counted(f.groups, "group") +
         " of one intent and task, about " + counted(f.subjects, "subject") + "; " + counted(f.deep, "group") +
         " of them deep. Taken by hash from " + counted(f.records, "answer") + " in " + counted(f.all_groups, "group") +
         ". Intervals are 95%, resampled by subject.";
}

/// Of the scorer that stands best.
Html facts(const Findings& f, const std::string& scorer) {
  std::vector<Html> parts;
  const Gate& gate = f.gate(scorer);
  if (gate.why_not.empty())
    parts.push_back(fact(fixed(gate.shuffled.value, 3), "AUC of " + scorer + " against shuffled intents"));
  for (const Spread& s : f.spreads)
    if (s.scorer == scorer && std::isfinite(s.within))
      parts.push_back(fact(percent(s.within), "of its variance lies within intents, which a return can control"));
  for (const char* judge : {scorer.c_str(), independent_judge.c_str()}) {
    const Expected* e = f.expected_of(scorer, judge);
    if (!e || !std::isfinite(e->range.value)) continue;
    const bool own = e->judge == scorer;
    parts.push_back(fact(fixed(e->range.value, 2) + " SD", std::string("top against lowest return, ") +
                                                               (own ? "by its own measure" : "by independent ones")));
  }
  for (const FewDraws& d : f.few)
    if (d.scorer == scorer && d.draws == 6)
      parts.push_back(fact(fixed(d.spearman, 2), "correlation of a rank among 6 draws with the rank among all"));
  return tag("div", {{"class", "facts"}}, parts);
}

Html badge(Finding finding) { return tag("span", {{"class", "verdict " + to_string(finding)}}, to_string(finding)); }
Html coloured(Finding finding) { return tag("span", {{"class", to_string(finding)}}, to_string(finding)); }

Html summary(const Findings& f, const Check& overall) {
  std::vector<Html> parts = {
      tag("p", {{"class", "kicker"}}, "udrl doctor"), tag("h1", title(overall.finding)),
      tag("p", {{"class", "decision"}}, {badge(overall.finding), tag("span", sentence(overall.reason))}),
      tag("p", {{"class", "lead"}}, lead(f))};
  if (!overall.cure.empty())
    parts.push_back(tag("div", {{"class", "notes"}}, {tag("p", "What to do: " + overall.cure + ".")}));
  parts.push_back(facts(f, overall.scorer));
  return tag("header", parts);
}

/// A row a scorer, a column a question.
Html overview(const Findings& f, const std::vector<Check>& checks) {
  std::vector<std::string> head = {"Scorer"};
  std::vector<TableRow> rows;
  for (const Check& check : checks)
    if (std::find(head.begin(), head.end(), check.question) == head.end()) head.push_back(check.question);
  for (const std::string& scorer : f.scorers) {
    TableRow row{"", {text(scorer)}};
    for (const Check& check : checks)
      if (check.scorer == scorer) row.cells.push_back(coloured(check.finding));
    rows.push_back(std::move(row));
  }
  return data_table(head, rows);
}

Html why(const Check& check) {
  if (check.cure.empty()) return text(sentence(check.reason));
  return join({text(sentence(check.reason)), tag("div", {{"class", "cure"}}, "→ " + sentence(check.cure))});
}

Html reasons(const std::vector<Check>& checks) {
  std::vector<TableRow> rows;
  for (const Check& check : checks)
    rows.push_back({"", {with_small(check.question, check.scorer), coloured(check.finding), why(check)}});
  return data_table({"Question", "Verdict", "Why, and what to do"}, rows, "cards words");
}

Html method() {
  const std::vector<std::string> lines = {
      "Damage: a quarter, half, three quarters and all of an answer’s own content words are exchanged for those of "
      "another intent’s answer, and its subject for another. What is left is (damaged − zero) / (whole − zero); the "
      "zero "
      "is another intent’s answer for a value as written, the intent in the most common frame or with the most "
      "common tail for a masked one. udrl-eval asks the same of its scorers.",
      "Shuffled: the answer is scored again for another subject’s intent of the same task; AUC is the chance that a "
      "true "
      "pair scores above a shuffled one, within a task.",
      "Swapped: the subject (or the format) in the intent’s own words is replaced by another record’s; the share of "
      "answers that score higher for the true intent, ties half. Not every task’s answer shows its format.",
      "Agreement: Spearman within each group of three draws and more, mean over groups weighing size − 1. Chance: the "
      "same after shuffling one scorer within each group. Scorers of one family are related, and their agreement "
      "proves little.",
      "Reliability: if two independent scorers are equally good, each correlates with what both measure by the square "
      "root of their agreement.",
      "Ranks among few: random subsets of deep groups. Values are fixed for an answer, so this is what chance in the "
      "choice of draws does to a rank, and nearly the same for every scorer without ties.",
      "Best of n: expected value of the draw that one scorer picks, as another sees it, above the mean draw; without "
      "replacement, unbiased. SD: standard deviations of all answers of the task.",
      "Expected of a student: the top bin above the mean draw (gain) and above the lowest bin (range). A student "
      "that "
      "obeyed its command perfectly would reach these; none does."};
  std::vector<Html> items;
  for (const auto& line : lines) items.push_back(tag("li", line));
  return join({heading("How this was measured", "docs/method.md has the formulas; doctor.json every figure."),
               tag("ul", items)});
}

}  // namespace

std::string doctor_html(const Findings& findings, const Check& overall, const std::vector<Check>& checks) {
  const Html content = tag("main", {summary(findings, overall),
                                    heading("Verdicts",
                                            "A scorer makes good labels if it passes all; what follows length, copying "
                                            "or temperature, tag can take out."),
                                    overview(findings, checks), charts_section(findings),
                                    heading("Why, and what to do", "Each question, asked of each scorer."),
                                    reasons(checks), tables_section(findings), method(), tag("footer", version())});
  return document("udrl doctor: " + to_string(overall.finding), content);
}

}  // namespace udrl::inspect
