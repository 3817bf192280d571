// The report's tables.
#include <algorithm>

#include "parts.hpp"
#include "stats/format.hpp"
#include "systems/controls.hpp"

namespace udrl::eval {
namespace {

std::string title_of(const Results& results, const std::string& row) { return results.row(row).row.title; }

/// Every student row against every model's row.
Html ratios_table(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::student) continue;
    for (const Ratio& ratio : results.shown(row).ratios) {
      TableRow line{"student", {cell(row.row.short_title + " / " + results.row(ratio.reference).row.short_title)}};
      for (const Half half : halves) {
        line.cells.push_back(estimate_cell(ratio.halves[half].value, 2));
        line.cells.push_back(cell(fixed(ratio.halves[half].value.lower_95, 2)));
      }
      for (const Verdict verdict : ratio.verdicts) line.cells.push_back(verdict_cell(verdict));
      rows.push_back(std::move(line));
    }
  }
  std::vector<std::string> head = {"Ratio", "fidelity", "one-sided 95% lower bound", "elaboration",
                                   "one-sided 95% lower bound"};
  for (const Judgement& judgement : results.rows.front().scored.front().ratios.front().halves[Half::fidelity].at)
    head.push_back("both at " + fixed(judgement.margin, 2));
  return data_table(head, rows);
}

/// The reference's model at its best: what a student of the top return imitates. Null where it was not asked for.
const RowResult* best_of_reference(const Results& results) {
  const Row& reference = results.row(results.primary.reference).row;
  for (const RowResult& row : results.rows)
    if (row.row.system == reference.system && row.row.best_of > 1 && row.row.few_shot == reference.few_shot &&
        row.row.name != reference.name)
      return &row;
  return nullptr;
}

/// What the primary row gains over each of the others, paired.
Html differences_table(const Results& results) {
  std::vector<std::string> head = {results.row(results.primary.row).row.short_title + " less", "masked relevance",
                                   "as written"};
  head.insert(head.end(), results.set.tasks.begin(), results.set.tasks.end());
  std::vector<TableRow> rows;
  for (const Difference& d : results.shown_scorer().primary_less) {
    const Row& other = results.row(d.subtrahend).row;
    TableRow line{css_class(other.kind), {cell(other.title), estimate_cell(d.masked, 3), estimate_cell(d.raw, 3)}};
    for (const auto& task : results.set.tasks) line.cells.push_back(estimate_cell(d.masked_by_task.at(task), 3));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

/// ", and by …" where rows were asked again.
std::string replicates_text(const Results& results) {
  int seeds = 1, draws = 1;
  for (const RowResult& row : results.rows) seeds = std::max(seeds, row.seeds), draws = std::max(draws, row.draws);
  std::string out;
  if (seeds > 1) out += ", by " + std::to_string(seeds) + " training seeds of a student";
  if (draws > 1) out += ", by " + std::to_string(draws) + " answers of each sampled row to a request";
  return out.empty() ? out : out + " (variety, returns, the chart of words and the judge are of the first alone)";
}

Html tasks_table(const Results& results) {
  std::vector<std::string> head = {"Masked relevance by task"};
  for (const auto& task : results.set.tasks) head.push_back(task);
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    TableRow line{css_class(row.row.kind), {cell(row.row.short_title)}};
    for (const auto& task : results.set.tasks)
      line.cells.push_back(estimate_cell(results.shown(row).by_task.at(task).masked, 3));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

Html returns_table(const Results& results) {
  const ReturnSteering& steering = results.return_steering;
  if (!steering.why_not.empty())
    return tag("p", {{"class", "muted"}}, "Returns achieved could not be measured: " + steering.why_not + ".");
  std::vector<TableRow> rows;
  for (const auto& point : steering.points)
    rows.push_back({"student",
                    {cell(results.row(point.row).row.title), cell(fixed(point.asked, 1)),
                     with_small(percent(point.achieved.value),
                                percent(point.achieved.low) + " to " + percent(point.achieved.high))}});
  if (steering.answers == 0) return tag("p", {{"class", "muted"}}, "No row was asked for a return.");
  rows.push_back({"",
                  {cell("all: rank correlation " + fixed(steering.rank_correlation, 2)),
                   cell(percent(steering.exact) + " in the bin"),
                   cell("off by " + fixed(steering.mean_absolute_error, 2) + " bins")}});
  return data_table({"Returns asked against achieved", "bin asked, mean", "of the teacher’s draws lie below"}, rows,
                    narrow_table);
}

std::string rules_text(const std::map<std::string, double>& rules) {
  std::string out;
  for (const auto& [rule, share] : rules)
    out += (out.empty() ? "" : ", ") + rule + "\u00a0" + percent(share, share < 0.01 ? 1 : 0);
  return out.empty() ? "none" : out;
}

}  // namespace

const char* css_class(RowKind kind) {
  switch (kind) {
    case RowKind::student: return "student";
    case RowKind::model: return "model";
    case RowKind::second_draw:
    case RowKind::control: break;
  }
  return "control";
}

Html cell(const std::string& content) { return text(content); }

Html estimate_cell(const Estimate& e, int decimals) {
  return with_small(fixed(e.value, decimals), std::isfinite(e.low) ? range_of(e, decimals) : "");
}

Html ratio_cell(const Ratio* ratio, Half half) {
  return ratio ? estimate_cell(ratio->halves[half].value, 2) : text("–");
}

Html fluency_cell(const RowResult& row) { return row.fluency ? estimate_cell(row.fluency->value, 2) : text("–"); }

Html verdict_cell(const Judgement& judgement) {
  const std::string name = to_string(judgement.verdict);
  const bool open = judgement.verdict == Verdict::inconclusive && std::isfinite(judgement.subjects_needed);
  return tag("span", {{"class", name}},
             {with_small(name, open ? about(judgement.subjects_needed, "subjects") + " would decide" : "")});
}

std::vector<TableRow> part_rows(const std::vector<VerdictPart>& parts, const std::string& css_class) {
  std::vector<TableRow> rows;
  for (const VerdictPart& part : parts)
    rows.push_back(
        {css_class,
         {cell(part.name), cell(part.scorer.empty() ? "–" : part.scorer), estimate_cell(part.value, 2),
          cell(fixed(part.value.lower_95, 2)), cell(fixed(part.judgement.margin, 2)), verdict_cell(part.judgement)}});
  return rows;
}

Html verdict_cell(Verdict verdict) { return tag("span", {{"class", to_string(verdict)}}, to_string(verdict)); }

Html systems_section(const Results& results) {
  std::vector<std::string> references{results.primary.reference};
  if (const RowResult* best = best_of_reference(results)) references.push_back(best->row.name);
  std::vector<std::string> head = {"System", "relevance, request’s words masked"};
  for (const std::string& reference : references)
    for (const Half half : halves) head.push_back(to_string(half) + ", of " + results.row(reference).row.short_title);
  head.insert(head.end(), {"relevance as written", "valid answers", "words an answer"});
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    const Scored& scored = results.shown(row);
    TableRow line{css_class(row.row.kind), {cell(row.row.title), estimate_cell(scored.all.masked, 3)}};
    for (const std::string& reference : references)
      for (const Half half : halves) line.cells.push_back(ratio_cell(scored.ratio_to(reference), half));
    line.cells.push_back(cell(fixed(scored.all.raw.value, 3)));
    line.cells.push_back(cell(percent(scored.all.valid, 1)));
    line.cells.push_back(cell(fixed(row.mean_words, 1)));
    rows.push_back(std::move(line));
  }
  return join(
      {heading("The systems",
               "By " + results.shown_scorer().info.name +
                   ". Intervals are 95%, paired by request and resampled by subject" + replicates_text(results) +
                   ". A system’s invalid answers count as the zero in masked relevance and the ratios; relevance "
                   "as written takes every answer, echoes included."),
       data_table(head, rows), ratios_table(results), tasks_table(results), differences_table(results)});
}

Html steering_section(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows)
    if (row.words.answers > 0)
      rows.push_back(
          {css_class(row.row.kind),
           {cell(row.row.title), cell(fixed(row.words.mean_absolute_error, 2)), cell(percent(row.words.exact)),
            cell(percent(row.words.within_two)), cell(fixed(row.words.rank_correlation, 2))}});
  std::vector<Html> parts = {
      heading("Does it do what it is asked?", "Lengths are drawn from those that training saw, the same for all rows."),
      data_table({"Words asked against written", "off by, on average", "exact", "within two", "rank correlation"}, rows,
                 narrow_table)};
  parts.push_back(returns_table(results));
  std::vector<TableRow> effects;
  for (const ScorerResult& scorer : results.scorers)
    if (const auto& effect = scorer.return_effect)
      effects.push_back({"student",
                         {cell(scorer.info.name), cell(to_string(scorer.info.role)), estimate_cell(effect->masked, 3),
                          estimate_cell(effect->raw, 3)}});
  if (!effects.empty())
    parts.push_back(
        data_table({"Top return less lowest return", "scorer", "masked", "as written"}, effects, narrow_table));
  return join(parts);
}

Html variety_section(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows)
    rows.push_back(
        {css_class(row.row.kind),
         {cell(row.row.title), cell(fixed(row.diversity.distinct_1, 2)), cell(fixed(row.diversity.distinct_2, 2)),
          cell(fixed(row.diversity.self_bleu, 2)), cell(fixed(row.diversity.compression, 2)),
          cell(fixed(row.diversity.spread, 2)), fluency_cell(row), cell(percent(row.copying)),
          cell(fixed(row.copy_run, 1)), cell(percent(row.near_training)), cell(rules_text(row.broken_rules))}});
  const int cut = results.rows.empty() ? 0 : results.rows.front().diversity.at_most_words;
  return join(
      {heading(
           "Variety, fluency, copying, broken rules",
           "Distinct words and pairs of words, self-BLEU and compression (of both, less is more varied), and "
           "1 − mean cosine of two answers, over the first " +
               std::to_string(cut) +
               " words of each answer, as many answers from each system. Fluency: of the sampled teacher’s, counted "
               "from a list of keywords. Copying: share of the request’s content words that the answer repeats. "
               "Near training: answers that nearly are one that trained."),
       data_table({"System", "distinct words", "distinct pairs", "self-BLEU", "compression", "spread", "fluency",
                   "copied", "longest copied run", "near training", "rules broken"},
                  rows)});
}

Html method_section(const Results& results) {
  const auto& h = results.primary;
  const Lineage& l = results.lineage;
  std::vector<Html> hashes;
  for (const auto& [what, hash] : l.hashes) hashes.push_back(tag("tr", {tag("td", what), tag("td", hash)}));
  const auto item = [](const std::string& words) { return tag("li", words); };
  return join(
      {heading("How this was measured", ""),
       tag("ul",
           {item(
                "Fidelity: is the answer about what was asked? A scorer on the answer as written. Elaboration: does it "
                "say something about it beyond the request’s own words? The same scorer with the request’s content "
                "words and their inflections taken out of the answer."),
            item(
                "A ratio is (system − zero) / (reference − zero), over all answers; an invalid one counts as the zero. "
                "Fidelity’s zero is an answer to another request, and its ratio is capped at 1; elaboration’s is, task "
                "by task, the content-free control that scores best: the whole request in training’s most common "
                "frame, or with its most common tail. Undefined where the reference is not above the zero."),
            item("Diversity: distinct pairs of words and the spread of embeddings, each against the sampled teacher’s, "
                 "over as many answers of as many words; intervals from half samples of the subjects."),
            item(
                "Fluency: how much likelier an answer is than its own words in another order, by the token, under a "
                "causal model; counted from a list of keywords that fit the request, and held against the sampled "
                "teacher’s. A task in which the teacher’s answers do not lose it with a quarter, half and all of their "
                "words shuffled, and with their own content words exchanged, is left out."),
            item("A verdict is decided by scorers that made no label and see damage to answers of " +
                 title_of(results, h.reference) +
                 ", each half its own: elaboration falls with every quarter of an answer’s own content words that is "
                 "exchanged for those of another answer, to 0.15 or less, while fidelity loses less than a third of "
                 "that; fidelity falls below 0.5 where the subject is exchanged, elaboration by less. A task in which "
                 "a half does not is left out of that half."),
            item("The student must also be better than the nearest neighbour: the nearest training request’s best "
                 "answer, with its subject replaced."),
            item("The other ratios of students are a family under each scorer and margin, corrected by Holm at 5%."),
            item("The controls must FAIL; if one does not, no PASS is given. Nor is one where test intents nearly "
                 "are ones that trained: here " +
                 std::to_string(results.near_intents.size()) + " are."),
            item("Teachers and baselines are asked as in synthesis: the task’s instructions and few-shot examples, "
                 "the same for every model; zero-shot rows get the instructions alone."),
            item(l.test_openings == 0
                     ? "The test set stayed closed: these are intents of the validation split."
                     : "What was held out for tests has been opened " + std::to_string(l.test_openings) +
                           " times in this folder, for " + std::to_string(l.test_students) + " different students.")}),
       tag("table", {{"class", "hash"}}, {tag("tbody", hashes)}),
       tag("p", {{"class", "small muted"}}, {text(l.version + ": "), tag("code", l.command_line)}),
       tag("p", {{"class", "small muted"}},
           "Every answer with its values is in measured.jsonl, every figure in results.json, beside this file.")});
}

}  // namespace udrl::eval
