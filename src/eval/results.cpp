// Looking rows up, and results.json.
#include "udrl/eval/results.hpp"

#include <cmath>

#include "udrl/base/error.hpp"

namespace udrl::eval {
namespace {

using data::Json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const Estimate& e) {
  return {{"value", number(e.value)},
          {"low", number(e.low)},
          {"high", number(e.high)},
          {"lower_95", number(e.lower_95)},
          {"upper_95", number(e.upper_95)}};
}

Json to_json(const Quality& q) {
  return {{"cases", q.cases},
          {"valid", q.valid},
          {"relevance_masked", to_json(q.headline)},
          {"relevance_raw", to_json(q.relevance)}};
}

Json to_json(const Ratio& r) {
  return {{"floor_corrected", to_json(r.corrected)}, {"raw", to_json(r.raw)}, {"verdict", to_string(r.verdict)}};
}

Json to_json(const WordControl& w) {
  return {{"answers", w.answers},
          {"mean_absolute_error", number(w.mean_absolute_error)},
          {"exact", number(w.exact)},
          {"within_two", number(w.within_two)},
          {"spearman", number(w.rank_correlation)}};
}

template <class Map>
Json each(const Map& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[key] = to_json(value);
  return json;
}

Json to_json(const RowResult& r) {
  Json ratios = Json::object();
  for (const Ratio& ratio : r.ratios) ratios[ratio.reference] = to_json(ratio);
  Json json = {{"title", r.row.title},
               {"overall", to_json(r.all)},
               {"by_task", each(r.by_task)},
               {"ratio_to", ratios},
               {"mean_words", number(r.mean_words)},
               {"mean_tokens", number(r.mean_tokens)},
               {"copying", number(r.copying)},
               {"copy_run", number(r.copy_run)},
               {"diversity",
                {{"at_most_words", r.diversity.at_most_words},
                 {"distinct_1", r.diversity.distinct_1},
                 {"distinct_2", r.diversity.distinct_2}}},
               {"broken_rules", r.broken_rules}};
  if (!r.system.empty()) json["system"] = r.system;
  if (r.words.answers > 0) json["words_asked_against_got"] = to_json(r.words);
  if (r.row.kind != RowKind::arm)
    json["sampling"] = {{"temperature", r.row.sampling.temperature},
                        {"top_p", r.row.sampling.top_p},
                        {"repeat_penalty", r.row.sampling.repeat_penalty}};
  return json;
}

Json to_json(const Difference& d) {
  return {{"of", d.minuend},
          {"less", d.subtrahend},
          {"relevance_masked", to_json(d.headline)},
          {"relevance_raw", to_json(d.relevance)},
          {"relevance_masked_by_task", each(d.headline_by_task)}};
}

Json to_json(const ScorerGate& g) {
  return {{"auc_masked", number(g.auc_masked)},
          {"auc_raw", number(g.auc_raw)},
          {"needed", g.needed},
          {"passed", g.passed()}};
}

Json to_json(const Headline& h) {
  return {{"row", h.row},
          {"reference", h.reference},
          {"margin", h.margin},
          {"verdict", to_string(h.verdict)},
          {"withheld_because", h.withheld_because},
          {"caveats", h.caveats}};
}

Json to_json(const Lineage& l) {
  return {{"version", l.version},
          {"command_line", l.command_line},
          {"processor", l.processor},
          {"scorer", l.scorer},
          {"config", l.config},
          {"sha256", l.hashes},
          {"test_openings", l.test_openings},
          {"students_tested", l.test_students}};
}

Json to_json(const CaseSet& set) {
  return {
      {"intents", set.intents}, {"subjects", set.subjects.size()}, {"tasks", set.tasks}, {"cases", set.cases.size()}};
}

template <class Rows>
const auto& find_row(const Rows& rows, const std::string& name) {
  for (const auto& row : rows)
    if (row.row.name == name) return row;
  throw failure("no row '" + name + "' in the results");
}

}  // namespace

const RowResult& Results::row(const std::string& name) const { return find_row(rows, name); }
const MeasuredRow& Results::answers(const std::string& name) const { return find_row(measured, name); }

Json to_json(const Results& results) {
  Json json = {{"schema_version", 1},
               {"test_set", to_json(results.set)},
               {"systems", Json::object()},
               {"costs", each(results.costs)},
               {"scorer_gate", to_json(results.gate)},
               {"headline", to_json(results.headline)},
               {"lineage", to_json(results.lineage)}};
  for (const RowResult& row : results.rows) json["systems"][row.row.name] = to_json(row);
  if (results.return_effect) json["return_effect"] = to_json(*results.return_effect);
  return json;
}

}  // namespace udrl::eval
