// Looking rows up, and results.json.
#include "results.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/score/damage_json.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::eval {
namespace {

using data::Json, data::number;
using score::to_json;  // of estimates, which those below would hide

Json to_json(const Quality& q) {
  return {{"cases", q.cases}, {"valid", q.valid}, {"masked", to_json(q.masked)}, {"raw", to_json(q.raw)}};
}

Json to_json(const Judgement& j) {
  return {{"margin", j.margin},
          {"verdict", to_string(j.verdict)},
          {"p", number(j.p)},
          {"subjects_needed", number(j.subjects_needed)}};
}

Json to_json(const VerdictPart& p);
Json to_json(const score::FluencyDamage& d);

template <class List>
Json list(const List& items) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(to_json(item));
  return json;
}

Json to_json(const HalfRatio& r) { return {{"ratio", to_json(r.value)}, {"at", list(r.at)}}; }

/// An object of both halves.
template <class T, class F>
Json by_half(const Halves<T>& halves_of, F json_of) {
  Json json;
  for (const Half half : halves) json[to_string(half)] = json_of(halves_of[half]);
  return json;
}

Json to_json(const Ratio& r) {
  Json json = by_half(r.halves, [](const HalfRatio& half) { return to_json(half); });
  for (const Verdict verdict : r.verdicts) json["verdicts"].push_back(to_string(verdict));
  return json;
}

Json to_json(const DiversityRatio& d) {
  return {
      {"to", d.reference}, {"distinct_2", to_json(d.distinct_2)}, {"spread", to_json(d.spread)}, {"at", list(d.at)}};
}

Json to_json(const FluencyRatio& f) {
  return {{"to", f.reference}, {"nats_a_token", to_json(f.mean)}, {"ratio", to_json(f.value)}, {"at", list(f.at)}};
}

Json to_json(const VerdictPart& p) {
  Json json = to_json(p.judgement);
  json.update({{"name", p.name}, {"value", to_json(p.value)}});
  if (!p.scorer.empty()) json["scorer"] = p.scorer;
  return json;
}

Json to_json(const Precision& p) {
  return {{"smallest_share", number(p.smallest_share)},
          {"wanted", number(p.wanted)},
          {"answers", p.answers},
          {"answers_needed", number(p.answers_needed)}};
}

Json to_json(const WordSteering& w) {
  return {{"answers", w.answers},
          {"mean_absolute_error", number(w.mean_absolute_error)},
          {"exact", number(w.exact)},
          {"within_two", number(w.within_two)},
          {"spearman", number(w.rank_correlation)}};
}

Json to_json(const TaskRatio& r) {
  Json json = by_half(r.halves, [](const HalfRatio& half) { return to_json(half); });
  json["verdict"] = to_string(r.verdict);
  return json;
}

template <class Map>
Json each(const Map& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[key] = to_json(value);
  return json;
}

Json to_json(const Scored& s) {
  Json ratios = Json::object();
  for (const Ratio& ratio : s.ratios) ratios[ratio.reference] = to_json(ratio);
  Json json = {{"overall", to_json(s.all)}, {"by_task", each(s.by_task)}, {"ratio_to", ratios}};
  json["ratio_by_task"] = each(s.ratio_by_task);
  if (s.over_lookup) json["over_lookup"] = to_json(*s.over_lookup);
  for (const auto& [part, quality] : s.by_part) {
    json["by_part"][part] = to_json(quality);
    json["by_part"][part]["ratio"] =
        by_half(s.ratio_by_part.at(part), [](const Estimate& ratio) { return to_json(ratio); });
  }
  return json;
}

Json to_json(const RowResult& r, const std::vector<ScorerResult>& scorers) {
  Json json = {{"title", r.row.title},
               {"mean_words", number(r.mean_words)},
               {"mean_tokens", number(r.mean_tokens)},
               {"copying", number(r.copying)},
               {"copy_run", number(r.copy_run)},
               {"near_training", number(r.near_training)},
               {"diversity",
                {{"at_most_words", r.diversity.at_most_words},
                 {"distinct_1", r.diversity.distinct_1},
                 {"distinct_2", r.diversity.distinct_2},
                 {"self_bleu", r.diversity.self_bleu},
                 {"compression_ratio", r.diversity.compression},
                 {"embedding_spread", number(r.diversity.spread)}}},
               {"broken_rules", r.broken_rules}};
  if (r.diversity_ratio) json["diversity"]["ratio"] = to_json(*r.diversity_ratio);
  if (r.fluency) json["fluency"] = to_json(*r.fluency);
  if (r.seeds > 1 || r.draws > 1) json["replicates"] = {{"seeds", r.seeds}, {"draws", r.draws}};
  for (std::size_t s = 0; s < scorers.size(); ++s) json["relevance"][scorers[s].info.name] = to_json(r.scored[s]);
  if (!r.row.system.empty()) json["system"] = r.row.system;
  if (r.words.answers > 0) json["words_asked_against_got"] = to_json(r.words);
  if (r.row.kind != RowKind::control)
    json["sampling"] = {{"temperature", r.row.sampling.temperature},
                        {"top_p", r.row.sampling.top_p},
                        {"repeat_penalty", r.row.sampling.repeat_penalty},
                        {"best_of", r.row.best_of}};
  if (r.row.best_of > 1) json["sampling"]["rank_by"] = to_string(r.row.rank_by);
  if (r.row.kind == RowKind::model || r.row.kind == RowKind::second_draw) json["sampling"]["few_shot"] = r.row.few_shot;
  return json;
}

Json to_json(const Difference& d) {
  return {{"of", d.minuend},
          {"less", d.subtrahend},
          {"masked", to_json(d.masked)},
          {"raw", to_json(d.raw)},
          {"masked_by_task", each(d.masked_by_task)}};
}

Json to_json(const score::Gate& g) {
  if (!g.why_not.empty()) return {{"not_measured", g.why_not}};
  Json json = {{"answers", g.answers}, {"auc_against_shuffled", to_json(g.shuffled)}, {"auc_by_task", g.by_task}};
  for (const auto& [attribute, share] : g.swapped) json["true_beats_swapped"][attribute] = to_json(share);
  return json;
}

Json to_json(const ScorerResult& s) {
  Json json = {{"value", s.info.value},
               {"role", to_string(s.info.role)},
               {"model", s.info.model},
               {"gate_raw", to_json(s.raw)},
               {"gate_masked", to_json(s.masked)},
               {"damage", to_json(s.damage)},
               {"precision", by_half(s.precision, [](const Precision& p) { return to_json(p); })},
               {"carries_verdict", s.carries_verdict()},
               {"verdict", to_string(s.verdict)}};
  for (const Half half : halves) json["why_not"][to_string(half)] = s.why_not(half);
  for (const auto& [task, precision] : s.precision_by_task)
    json["precision_by_task"][task] = by_half(precision, [](const Precision& p) { return to_json(p); });
  if (s.return_effect) json["return_effect"] = to_json(*s.return_effect);
  for (const Difference& d : s.primary_less) json["primary_less"][d.subtrahend] = to_json(d);
  return json;
}

Json to_json(const score::FluencyDamage& d) {
  Json json = {{"task", d.task},
               {"answers", d.answers},
               {"undamaged", number(d.undamaged)},
               {"exchanged", to_json(d.exchanged)},
               {"lost_by_exchange", to_json(d.exchanging)},
               {"why_not", d.why_not}};
  for (std::size_t s = 0; s < score::shuffled_shares.size(); ++s)
    json["shuffled"].push_back(
        {{"share", score::shuffled_shares[s]}, {"left", to_json(d.shuffled[s])}, {"step", to_json(d.steps[s])}});
  return json;
}

Json to_json(const FluencyResult& f) {
  return {{"reader", f.info.name},    {"role", to_string(f.info.role)}, {"model", f.info.model},
          {"damage", list(f.damage)}, {"why_not", f.why_not()},         {"precision", to_json(f.precision)}};
}

Json to_json(const Duel& d) {
  return {{"row", d.row},
          {"against", d.other},
          {"cases", d.cases},
          {"asked", d.asked},
          {"unparsed", d.unparsed},
          {"failed", d.failed},
          {"flip_rate", number(d.flip_rate)},
          {"win_rate", to_json(d.win_rate)},
          {"win_rate_at_equal_length", to_json(d.length_controlled)},
          {"win_rate_of_the_longer", number(d.longer_rate)},
          {"agrees_with_the_longer", number(d.agrees_with_longer)}};
}

Json to_json(const JudgeResult& j) {
  return {{"name", j.name},
          {"model", j.model},
          {"gate", to_json(j.gate)},
          {"passed", j.passed()},
          {"primary", to_json(j.primary)}};
}

Json to_json(const ReturnSteering& c) {
  if (!c.why_not.empty()) return {{"not_measured", c.why_not}};
  Json points = Json::array();
  for (const auto& point : c.points)
    points.push_back(
        {{"row", point.row}, {"asked_bin", point.asked}, {"achieved_percentile", to_json(point.achieved)}});
  if (c.answers == 0) return {{"not_measured", "no row was asked for a return"}};
  return {{"bins", c.bins},           {"rows", points},
          {"answers", c.answers},     {"spearman", number(c.rank_correlation)},
          {"exact", number(c.exact)}, {"mean_absolute_error", number(c.mean_absolute_error)}};
}

Json to_json(const PrimaryComparison& h) {
  return {{"row", h.row},           {"reference", h.reference},
          {"margin", h.margin},     {"verdict", to_string(h.verdict)},
          {"parts", list(h.parts)}, {"withheld_because", h.withheld_because},
          {"caveats", h.caveats}};
}

Json to_json(const RowVerdict& d) {
  return {{"row", d.row}, {"reference", d.reference}, {"verdict", to_string(d.verdict)}, {"parts", list(d.parts)}};
}

Json to_json(const Lineage& l) {
  return {{"version", l.version},
          {"command_line", l.command_line},
          {"processor", l.processor},
          {"config", l.config},
          {"sha256", l.hashes},
          {"test_openings", l.test_openings},
          {"students_tested", l.test_students}};
}

Json to_json(const CaseSet& set) {
  Json parts = Json::array();
  for (const Part& part : set.parts)
    parts.push_back({{"name", part.name}, {"intents", part.intents}, {"subjects", part.subjects.size()}});
  return {{"parts", parts}, {"tasks", set.tasks}, {"cases", set.cases.size()}};
}

template <class Rows>
const auto& find_row(const Rows& rows, const std::string& name) {
  for (const auto& row : rows)
    if (row.row.name == name) return row;
  throw failure("no row '" + name + "' in the results");
}

}  // namespace

double subjects_needed(const std::vector<VerdictPart>& parts) {
  double most = 0;
  for (const VerdictPart& part : parts)
    if (part.judgement.verdict == Verdict::inconclusive && part.judgement.subjects_needed > most)
      most = part.judgement.subjects_needed;
  return most;
}

const Ratio* Scored::ratio_to(const std::string& reference) const {
  for (const Ratio& ratio : ratios)
    if (ratio.reference == reference) return &ratio;
  return nullptr;
}

const Cost* Results::cost_of(const RowResult& row) const {
  const auto found = costs.find(row.row.system);
  return found == costs.end() ? nullptr : &found->second;
}

const RowResult& Results::row(const std::string& name) const { return find_row(rows, name); }
const MeasuredRow& Results::answers(const std::string& name) const { return find_row(measured, name); }

bool Results::has_answers(const std::string& name) const {
  return std::any_of(measured.begin(), measured.end(), [&](const MeasuredRow& row) { return row.row.name == name; });
}

std::vector<const MeasuredRow*> Results::replicates(const std::string& name) const {
  std::vector<const MeasuredRow*> out{&answers(name)};
  for (const MeasuredRow& one : measured)
    if (one.row.replicate_of == name) out.push_back(&one);
  return out;
}

void require_answers(const Results& results) {
  if (results.failures.empty()) return;
  std::string all;
  for (const FailedRequests& failed : results.failures) all += (all.empty() ? "" : "; ") + to_text(failed);
  throw failure("the evaluation is not complete: an endpoint failed requests").got(all).hint(lm::endpoint_hint);
}

Json to_json(const Results& results) {
  Json json = {{"schema_version", 6},
               {"test_set", to_json(results.set)},
               {"systems", Json::object()},
               {"scorers", Json::object()},
               {"costs", each(results.costs)},
               {"near_training_intents", results.near_intents},
               {"return_asked_against_achieved", to_json(results.return_steering)},
               {"primary", to_json(results.primary)},
               {"lineage", to_json(results.lineage)}};
  for (const FailedRequests& failed : results.failures)
    json["failed_requests"].push_back(
        {{"of", failed.row}, {"cause", failed.cause}, {"words", failed.words}, {"requests", failed.requests}});
  if (results.fluency) json["fluency"] = to_json(*results.fluency);
  if (results.second_draw) json["second_draw"] = to_json(*results.second_draw);
  if (results.best_of) json["best_of"] = to_json(*results.best_of);
  if (results.judge) json["judge"] = to_json(*results.judge);
  json["primary"]["scorer"] = results.shown_scorer().info.name;
  for (const auto* rows : {&results.rows, &results.curve})
    for (const RowResult& row : *rows) json["systems"][row.row.name] = to_json(row, results.scorers);
  for (const ScorerResult& scorer : results.scorers) json["scorers"][scorer.info.name] = to_json(scorer);
  return json;
}

}  // namespace udrl::eval
