// Who says so: the scorers, the controls that must fail under them, and how far each row generalises.
#include "parts.hpp"
#include "stats/format.hpp"

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
    const Ratio* student = results.row(results.primary.row).scored[s].ratio_to(results.primary.reference);
    TableRow line{s == results.primary.scorer ? "student" : "",
                  {cell(scorer.info.name), cell(to_string(scorer.info.role))}};
    for (const Half half : halves) line.cells.push_back(ratio_cell(student, half));
    for (const Half half : halves) {
      const std::string why = scorer.why_not(half);
      const Precision& precision = scorer.precision[half];
      const std::string told = "tells " + percent(precision.smallest_share, 1) + " of wrong answers from none, " +
                               percent(precision.wanted, 1) + " wanted";
      line.cells.push_back(why.empty() ? with_small(precision.suffices() ? "counts" : "may fail, not pass", told)
                                       : with_small("does not count", why));
    }
    line.cells.push_back(verdict_cell(scorer.verdict));
    line.cells.push_back(auc_cell(scorer.masked));
    line.cells.push_back(swapped_cell(scorer.masked));
    line.cells.push_back(auc_cell(scorer.raw));
    rows.push_back(std::move(line));
  }
  return data_table({"Scorer", "role", "student’s fidelity", "student’s elaboration", "as judge of fidelity",
                     "as judge of elaboration", "both halves at " + fixed(results.primary.margin, 2), "AUC, masked",
                     "knows another subject, masked", "AUC, as written"},
                    rows);
}

/// What is left of each half when the reference's own answers are damaged.
Html damage_table(const Results& results) {
  std::vector<std::string> head = {"What is left after damage", "half", "counts"};
  for (const double share : score::damage_shares) head.push_back(percent(share) + " of own words");
  head.emplace_back("another subject");
  std::vector<TableRow> rows;
  for (const ScorerResult& scorer : results.scorers)
    for (const score::TaskDamage& task : scorer.damage.tasks)
      for (const Half half : halves) {
        TableRow line{"", {cell(scorer.info.name + ", " + task.task), cell(to_string(half))}};
        line.cells.push_back(task.is_valid(half) ? cell("yes") : with_small("no", task.why_not[half]));
        for (const auto& words : task.words) line.cells.push_back(estimate_cell(words[half], 2));
        line.cells.push_back(estimate_cell(task.subject[half], 2));
        rows.push_back(std::move(line));
      }
  return rows.empty() ? Html{} : data_table(head, rows);
}

/// The same of fluency.
Html fluency_damage_table(const Results& results) {
  if (!results.fluency) return {};
  std::vector<std::string> head = {"Fluency left after damage", "counts", "undamaged, nats a token"};
  for (const double share : score::shuffled_shares) head.push_back(percent(share) + " of words shuffled");
  head.emplace_back("own content words exchanged");
  std::vector<TableRow> rows;
  for (const score::FluencyDamage& task : results.fluency->damage) {
    TableRow line{"", {cell(results.fluency->info.name + ", " + task.task)}};
    line.cells.push_back(task.why_not.empty() ? cell("yes") : with_small("no", task.why_not));
    line.cells.push_back(cell(fixed(task.undamaged, 2)));
    for (const Estimate& shuffled : task.shuffled) line.cells.push_back(estimate_cell(shuffled, 2));
    line.cells.push_back(estimate_cell(task.exchanged, 2));
    rows.push_back(std::move(line));
  }
  return rows.empty() ? Html{} : data_table(head, rows);
}

Html controls_table(const Results& results) {
  std::vector<std::string> head = {"Controls that must fail: ratio to " +
                                   results.row(results.primary.reference).row.short_title};
  for (const ScorerResult& scorer : results.scorers)
    for (const Half half : halves) head.push_back(scorer.info.name + ", " + to_string(half));
  if (results.fluency) head.push_back(results.fluency->info.name + ", fluency");
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::control) continue;
    TableRow line{"control", {cell(row.row.title)}};
    for (const Scored& scored : row.scored)
      for (const Half half : halves) line.cells.push_back(ratio_cell(scored.ratio_to(results.primary.reference), half));
    if (results.fluency) line.cells.push_back(fluency_cell(row));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows);
}

/// The teacher's second draw, as the student's parts are shown.
Html second_draw_table(const Results& results) {
  if (!results.second_draw) return {};
  const RowVerdict& again = *results.second_draw;
  const std::vector<TableRow> rows = part_rows(again.parts, "control");
  if (rows.empty()) return {};
  return data_table({"Control that must pass: " + results.row(again.row).row.short_title + " to " +
                         results.row(again.reference).row.short_title,
                     "scorer", "ratio", "one-sided 95% lower bound", "margin", "verdict"},
                    rows, narrow_table);
}

/// What the scorers that carry a verdict say of each task by itself.
Html task_verdicts_table(const Results& results) {
  std::vector<TableRow> rows;
  for (std::size_t t = 0; t < results.set.tasks.size(); ++t)
    for (std::size_t s = 0; s < results.scorers.size(); ++s) {
      if (!results.scorers[s].carries_verdict()) continue;
      const std::string& task = results.set.tasks[t];
      const TaskRatio& ratio = results.row(results.primary.row).scored[s].ratio_by_task.at(task);
      TableRow line{"student", {cell(task), cell(results.scorers[s].info.name)}};
      for (const Half half : halves) {
        const Judgement& judgement = ratio.halves[half].at.front();
        line.cells.push_back(estimate_cell(ratio.halves[half].value, 2));
        line.cells.push_back(results.scorers[s].counts[half][t] ? verdict_cell(judgement) : cell("does not count"));
      }
      line.cells.push_back(verdict_cell(ratio.verdict));
      rows.push_back(std::move(line));
    }
  if (rows.empty()) return {};
  return data_table(
      {"Task by itself: student to " + results.row(results.primary.reference).row.short_title, "scorer", "fidelity",
       "at " + fixed(results.primary.margin, 2), "elaboration", "at " + fixed(results.primary.margin, 2), "verdict"},
      rows, narrow_table);
}

std::string percent_with_range(const Estimate& e) {
  return percent(e.value) + " (" + percent(e.low) + " to " + percent(e.high) + ")";
}

TableRow duel_row(const Results& results, const Duel& d, const char* css_class) {
  return {css_class,
          {cell(results.row(d.row).row.short_title + " against " + results.row(d.other).row.short_title),
           cell(percent_with_range(d.win_rate)), cell(percent_with_range(d.length_controlled)),
           cell(percent(d.longer_rate)), cell(percent(d.flip_rate)),
           cell(std::to_string(d.unparsed) + " of " + std::to_string(d.asked) +
                (d.failed > 0 ? ", " + std::to_string(d.failed) + " without a reply" : ""))}};
}

Html judge_section(const Results& results) {
  const JudgeResult& j = *results.judge;
  const std::string believed =
      j.passed() ? "It knows the reference’s answers from another request’s, so its preferences count."
                 : "It does not know the reference’s answers from another request’s in " +
                       percent(JudgeResult::score_needed) + " of all cases: it decides nothing.";
  return join({heading("What a judge says", j.name +
                                                " chose between two answers, asked in both orders; an answer that is "
                                                "not valid loses to one that is. " +
                                                believed),
               data_table({"Share of duels won, ties half", "as answered", "at equal length", "had the longer one won",
                           "changed with the order", "no preference read"},
                          {duel_row(results, j.primary, "student"), duel_row(results, j.gate, "model")})});
}

Html parts_table(const Results& results) {
  std::vector<std::string> head = {"How far it generalises: ratio to " +
                                   results.row(results.primary.reference).row.short_title};
  for (const Part& part : results.set.parts)
    for (const Half half : halves)
      head.push_back(part.name + ", " + std::to_string(part.intents) + " intents: " + to_string(half));
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    const Scored& scored = results.shown(row);
    TableRow line{css_class(row.row.kind), {cell(row.row.short_title)}};
    for (const Half half : halves) line.cells.push_back(ratio_cell(scored.ratio_to(results.primary.reference), half));
    for (std::size_t part = 1; part < results.set.parts.size(); ++part)
      for (const Half half : halves)
        line.cells.push_back(estimate_cell(scored.ratio_by_part.at(results.set.parts[part].name)[half], 2));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

}  // namespace

Html scorers_section(const Results& results) {
  std::vector<Html> parts = {
      heading(
          "Who says so?",
          "A scorer earns its vote on damaged answers of the reference: each half must see its own damage, and not the "
          "other’s. How well it tells single pairs apart (AUC) decides nothing."),
      scorers_table(results),
      task_verdicts_table(results),
      damage_table(results),
      fluency_damage_table(results),
      controls_table(results),
      second_draw_table(results)};
  if (results.set.parts.size() > 1) parts.push_back(parts_table(results));
  if (results.judge) parts.push_back(judge_section(results));
  return join(parts);
}

}  // namespace udrl::eval
