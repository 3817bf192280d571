// results.md, and the table that the tool prints.
#include <algorithm>
#include <cmath>

#include "stats/format.hpp"
#include "stats/results.hpp"
#include "udrl/base/table.hpp"

namespace udrl::eval {
namespace {

using Line = std::vector<std::string>;

std::string ratio_text(const Results& results, const RowResult& row, Half half, bool with_interval) {
  const Ratio* ratio = results.shown(row).ratio_to(results.primary.reference);
  if (!ratio) return "–";
  const Estimate& e = ratio->halves[half].value;
  return with_interval && std::isfinite(e.low) ? with_range(e, 2) : fixed(e.value, 2);
}

std::string fluency_text(const RowResult& row, bool with_interval) {
  if (!row.fluency) return "–";
  const Estimate& e = row.fluency->value;
  return with_interval && std::isfinite(e.low) ? with_range(e, 2) : fixed(e.value, 2);
}

std::string words_error(const RowResult& row) {
  return row.words.answers > 0 ? fixed(row.words.mean_absolute_error, 1) : "–";
}

/// What answers the row: of the best of several, with the ranker.
std::string parameters_text(const Results& results, const RowResult& row) {
  const Cost* cost = results.cost_of(row);
  if (!cost) return "–";
  return millions(cost->model.parameters +
                  (row.row.best_of > 1 && cost->best_of ? cost->best_of->ranker.parameters : 0));
}

/// Of the best of several as it was measured, else one after another. Nothing where the model was timed with examples
/// and this is without, or the other way about.
std::string latency_text(const Results& results, const RowResult& row) {
  const Cost* cost = results.cost_of(row);
  if (!cost || results.row(cost->row).row.few_shot != row.row.few_shot) return "–";
  if (row.row.best_of > 1 && cost->best_of) return duration(cost->best_of->latency.p50_s);
  return (row.row.best_of > 1 ? std::to_string(row.row.best_of) + " × " : "") + duration(cost->latency.p50_s);
}

/// Tokens a second, one request at a time; of the best of several, those of all that were written for it.
std::string speed_text(const Results& results, const RowResult& row) {
  const Cost* cost = results.cost_of(row);
  if (!cost) return "–";
  const bool is_best = row.row.best_of > 1 && cost->best_of;
  return fixed((is_best ? cost->best_of->latency : cost->latency).tokens_per_s, 0);
}

std::string markdown_line(const Line& line) {
  std::string out = "|";
  for (const auto& cell : line) out += " " + cell + " |";
  return out + "\n";
}

std::string scorer_line(const ScorerResult& scorer) {
  std::string out =
      "  scorer " + scorer.info.name + ": " + to_string(scorer.info.role) + "; " + to_string(scorer.verdict) + "\n";
  for (const Half half : halves)
    if (const std::string why = scorer.why_not(half); !why.empty())
      out += "    cannot judge " + to_string(half) + ": " + why + "\n";
  return out;
}

std::string part_line(const VerdictPart& part) {
  std::string out = "  " + part.name + (part.scorer.empty() ? "" : " by " + part.scorer) + ": " +
                    with_range(part.value, 2) + ", bound " + fixed(part.value.lower_95, 2) + ", margin " +
                    fixed(part.judgement.margin, 2) + ": " + to_string(part.judgement.verdict);
  if (part.judgement.verdict == Verdict::inconclusive && std::isfinite(part.judgement.subjects_needed))
    out += " (" + about(part.judgement.subjects_needed, "subjects") + " would decide)";
  return out + "\n";
}

std::string row_verdict_lines(const RowVerdict& verdict) {
  std::string out =
      "verdict, " + verdict.row + " against " + verdict.reference + ": " + to_string(verdict.verdict) + "\n";
  for (const VerdictPart& part : verdict.parts) out += part_line(part);
  return out;
}

std::string judge_line(const JudgeResult& judge) {
  return "judge " + judge.name + ": " + judge.primary.row + " wins " + percent(judge.primary.win_rate.value) + " (" +
         percent(judge.primary.length_controlled.value) + " at equal length) against " + judge.primary.other +
         "; flips " + percent(judge.primary.flip_rate) + "; " +
         (judge.passed() ? "gate passed" : "gate FAILED: decides nothing") + "\n";
}

std::string set_text(const Results& results) {
  const Part& part = results.set.main();
  return std::to_string(part.intents) + " intents about " + std::to_string(part.subjects.size()) +
         " subjects that training never saw, " + std::to_string(results.set.tasks.size()) + " tasks";
}

}  // namespace

std::string to_markdown(const Results& results) {
  const std::string& reference = results.primary.reference;
  Line head = {"system",
               "parameters",
               "relevance, intent masked (95% interval)",
               "relevance, as written",
               "fidelity, of " + reference + " (95% interval)",
               "elaboration, of " + reference + " (95% interval)",
               "valid",
               "words off by",
               "fluency, of the sampled teacher",
               "distinct-2",
               "p50 latency",
               "tokens/s, one at a time"};
  std::string out = set_text(results) + "; " + results.lineage.processor +
                    "; scorer: " + results.shown_scorer().info.name + "\n\n" + markdown_line(head) +
                    markdown_line(Line(head.size(), "---"));
  for (const RowResult& row : results.rows) {
    const Quality& all = results.shown(row).all;
    out += markdown_line({row.row.title, parameters_text(results, row), with_range(all.masked), fixed(all.raw.value, 3),
                          ratio_text(results, row, Half::fidelity, true),
                          ratio_text(results, row, Half::elaboration, true), percent(all.valid), words_error(row),
                          fluency_text(row, true), fixed(row.diversity.distinct_2, 2), latency_text(results, row),
                          speed_text(results, row)});
  }
  return out;
}

std::string to_terminal(const Results& results) {
  std::vector<Line> lines = {
      {"system", "params", "masked", "raw", "fidel", "elab", "valid", "words±", "fluent", "dist-2", "p50", "tok/s"}};
  for (const RowResult& row : results.rows) {
    const Quality& all = results.shown(row).all;
    lines.push_back({row.row.short_title, parameters_text(results, row), fixed(all.masked.value, 3),
                     fixed(all.raw.value, 3), ratio_text(results, row, Half::fidelity, false),
                     ratio_text(results, row, Half::elaboration, false), percent(all.valid), words_error(row),
                     fluency_text(row, false), fixed(row.diversity.distinct_2, 2), latency_text(results, row),
                     speed_text(results, row)});
  }
  std::string out = aligned_table(lines, 1) + "\n" + set_text(results) + "\n";
  out += "by " + results.shown_scorer().info.name + " (" + to_string(results.shown_scorer().info.role) + ")\n";
  for (const ScorerResult& scorer : results.scorers) out += scorer_line(scorer);
  const PrimaryComparison& primary = results.primary;
  out += row_verdict_lines({primary.row, primary.reference, primary.parts, primary.verdict});
  if (results.best_of) out += row_verdict_lines(*results.best_of);
  for (const auto& reason : results.primary.withheld_because) out += "  withheld: " + reason + "\n";
  for (const auto& caveat : results.primary.caveats) out += "  note: " + caveat + "\n";
  if (results.judge) out += judge_line(*results.judge);
  if (const auto& effect = results.shown_scorer().return_effect)
    out += "top less lowest return: " + with_range(effect->masked) + " masked, " + with_range(effect->raw) +
           " as written\n";
  return out;
}

}  // namespace udrl::eval
