// The report's tables.
#include "format.hpp"
#include "report_parts.hpp"

namespace udrl::eval {
namespace {

Html cell(const std::string& content) { return text(content); }

Html estimate_cell(const Estimate& e, int decimals) {
  return with_small(fixed(e.value, decimals), std::isfinite(e.low) ? range_of(e, decimals) : "");
}

Html ratio_cell(const Ratio* ratio) { return ratio ? estimate_cell(ratio->corrected, 2) : text("–"); }

std::string title_of(const Results& results, const std::string& row) { return results.row(row).row.title; }

/// Every student row against every model's row.
Html ratios_table(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::student) continue;
    for (const Ratio& ratio : row.ratios)
      rows.push_back(
          {"student",
           {cell(row.row.short_title + " / " + results.row(ratio.reference).row.short_title),
            estimate_cell(ratio.corrected, 2), cell(fixed(ratio.corrected.lower_95, 2)), estimate_cell(ratio.raw, 2),
            tag("span", {{"class", to_string(ratio.verdict)}}, to_string(ratio.verdict))}});
  }
  return data_table({"Ratio", "counted from the floor", "one-sided 95% lower bound", "raw",
                     "at " + fixed(results.headline.margin, 2)},
                    rows);
}

Html tasks_table(const Results& results) {
  std::vector<std::string> head = {"Masked relevance by task"};
  for (const auto& task : results.set.tasks) head.push_back(task);
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows) {
    TableRow line{css_class(row.row.kind), {cell(row.row.short_title)}};
    for (const auto& task : results.set.tasks) line.cells.push_back(estimate_cell(row.by_task.at(task).headline, 3));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

std::string rules_text(const std::map<std::string, double>& rules) {
  std::string out;
  for (const auto& [rule, share] : rules)
    out += (out.empty() ? "" : ", ") + rule + "\u00a0" + percent(share, share < 0.01 ? 1 : 0);
  return out.empty() ? "none" : out;
}

}  // namespace

const char* css_class(RowKind kind) {
  return kind == RowKind::student ? "student" : kind == RowKind::model ? "model" : "arm";
}

const Cost* cost_of(const Results& results, const RowResult& row) {
  const auto found = results.costs.find(row.system);
  return found == results.costs.end() ? nullptr : &found->second;
}

const Ratio* ratio_to(const RowResult& row, const std::string& reference) {
  for (const Ratio& ratio : row.ratios)
    if (ratio.reference == reference) return &ratio;
  return nullptr;
}

Html systems_section(const Results& results) {
  const std::string& reference = results.headline.reference;
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows)
    rows.push_back(
        {css_class(row.row.kind),
         {cell(row.row.title), estimate_cell(row.all.headline, 3), ratio_cell(ratio_to(row, reference)),
          cell(fixed(row.all.relevance.value, 3)), cell(percent(row.all.valid, 1)), cell(fixed(row.mean_words, 1))}});
  return join(
      {heading("The systems",
               "Intervals are 95%, paired by request and resampled by subject. A system’s invalid answers count as the "
               "floor "
               "in the first two columns; raw relevance takes every answer as written, echoes included."),
       data_table({"System", "relevance, request’s words masked", "ratio to " + results.row(reference).row.short_title,
                   "raw relevance", "valid answers", "words an answer"},
                  rows),
       ratios_table(results), tasks_table(results)});
}

Html control_section(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows)
    if (row.words.answers > 0)
      rows.push_back(
          {css_class(row.row.kind),
           {cell(row.row.title), cell(fixed(row.words.mean_absolute_error, 2)), cell(percent(row.words.exact)),
            cell(percent(row.words.within_two)), cell(fixed(row.words.rank_correlation, 2))}});
  std::vector<Html> parts = {
      heading("Does it do what it is asked?",
              "Lengths are drawn from those that training saw, the same for both rows."),
      data_table({"Words asked against written", "off by, on average", "exact", "within two", "rank correlation"}, rows,
                 narrow_table)};
  if (results.return_effect) {
    const Difference& d = *results.return_effect;
    std::vector<TableRow> effects = {{"student", {cell("all tasks"), estimate_cell(d.headline, 3)}}};
    for (const auto& [task, estimate] : d.headline_by_task)
      effects.push_back({"", {cell(task), estimate_cell(estimate, 3)}});
    parts.push_back(
        data_table({"Top return less lowest return", "difference in masked relevance"}, effects, narrow_table));
  }
  return join(parts);
}

Html variety_section(const Results& results) {
  std::vector<TableRow> rows;
  for (const RowResult& row : results.rows)
    rows.push_back(
        {css_class(row.row.kind),
         {cell(row.row.title), cell(fixed(row.diversity.distinct_1, 2)), cell(fixed(row.diversity.distinct_2, 2)),
          cell(percent(row.copying)), cell(fixed(row.copy_run, 1)), cell(rules_text(row.broken_rules))}});
  const int cut = results.rows.empty() ? 0 : results.rows.front().diversity.at_most_words;
  return join(
      {heading("Variety, copying, broken rules",
               "Distinct words and pairs of words, over the first " + std::to_string(cut) +
                   " words of each answer, as many answers from each system. Copying: share of the request’s content "
                   "words that the answer repeats."),
       data_table({"System", "distinct words", "distinct pairs", "copied", "longest copied run", "rules broken"},
                  rows)});
}

Html cost_section(const Results& results) {
  std::vector<TableRow> rows;
  for (const auto& name : results.system_order) {
    const Cost& c = results.costs.at(name);
    std::string title = name;
    const char* kind = "model";
    for (const RowResult& row : results.rows)
      if (row.system == name) {
        title = row.row.title.substr(0, row.row.title.rfind(','));
        kind = css_class(row.row.kind);
        break;
      }
    rows.push_back(
        {kind,
         {cell(title), cell(millions(c.model.parameters)), cell(megabytes(c.file_bytes)), cell(megabytes(c.peak_bytes)),
          with_small(duration(c.latency.p50_s), "p95 " + duration(c.latency.p95_s)),
          cell(duration(c.latency.first_p50_s)), cell(fixed(c.latency.tokens_per_s, 0)),
          c.batch ? with_small(fixed(c.batch->tokens_per_s(), 0), std::to_string(c.batch->slots) + " at once")
                  : text("–")}});
  }
  const Cost& any = results.costs.begin()->second;
  return join({heading("What an answer costs", any.processor + "; " + std::to_string(any.threads) +
                                                   (any.threads == 1 ? " thread; " : " threads; ") +
                                                   std::to_string(any.latency.requests) +
                                                   " requests a system, one after another, few-shot prefix already "
                                                   "computed. All through the same engine, llama.cpp."),
               data_table({"Model", "parameters", "file", "memory added", "whole answer, p50", "first token, p50",
                           "tokens/s, one at a time", "tokens/s, many at once"},
                          rows)});
}

Html method_section(const Results& results) {
  const auto& h = results.headline;
  const Lineage& l = results.lineage;
  std::vector<Html> hashes;
  for (const auto& [what, hash] : l.hashes) hashes.push_back(tag("tr", {tag("td", what), tag("td", hash)}));
  const auto item = [](const std::string& words) { return tag("li", words); };
  return join(
      {heading("How this was measured", ""),
       tag("ul", {item("Scorer: " + l.scorer +
                       ", the cosine of sentence embeddings of request and answer. It also made the labels that the "
                       "student was trained on, so it is a label scorer: a student may have learned its taste."),
                  item("Masked: the request’s content words and their inflections are taken out of the answer before "
                       "it is scored, so relevance cannot be bought by echo."),
                  item("Floor: " + title_of(results, shuffled_row) +
                       ". A ratio is (system − floor) / (reference − floor); it is undefined where the reference does "
                       "not beat the floor."),
                  item("The scorer tells valid answers of " + title_of(results, h.reference) +
                       " from shuffled ones with an area under the curve of " + fixed(results.gate.auc_masked, 3) +
                       " masked, " + fixed(results.gate.auc_raw, 3) + " raw; " + fixed(results.gate.needed, 2) +
                       " masked is needed for a verdict."),
                  item("The bare request and the shuffled answers must FAIL; if one does not, no PASS is given."),
                  item("Teachers and baselines are asked as in synthesis: the task’s instructions and few-shot "
                       "examples, the same for every model."),
                  item(l.test_openings == 0
                           ? "The test set stayed closed: these are intents of the validation split."
                           : "This test set has been opened " + std::to_string(l.test_openings) + " times, for " +
                                 std::to_string(l.test_students) + " different students.")}),
       tag("table", {{"class", "hash"}}, {tag("tbody", hashes)}),
       tag("p", {{"class", "small muted"}}, {text(l.version + ": "), tag("code", l.command_line)}),
       tag("p", {{"class", "small muted"}},
           "Every answer with its values is in measured.jsonl, every figure in results.json, beside this file.")});
}

}  // namespace udrl::eval
