// Findings as JSON; what is not a number is null.
#include "report.hpp"

#include <cmath>

#include "udrl/data/fields.hpp"
#include "udrl/data/number.hpp"
#include "udrl/score/damage_json.hpp"

namespace udrl::inspect {
namespace {

using data::Json, data::number;

Json interval(const score::Estimate& e) {
  return {{"value", number(e.value)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

Json one(const Gate& g) {
  Json json = {{"scorer", g.scorer}};
  if (!g.why_not.empty()) return json["not_measured"] = g.why_not, json;
  json["answers"] = g.answers;
  json["shuffled_auc"] = interval(g.shuffled);
  json["shuffled_auc_by_task"] = g.by_task;
  for (const auto& [attribute, share] : g.swapped)
    json["swapped"][attribute] = {{"true_is_higher", interval(share)}, {"pairs", g.swapped_pairs.at(attribute)}};
  return json;
}

Json one(const score::Damage& damage) { return score::to_json(damage); }

Json one(const Agreement& a) {
  return {{"a", a.a},
          {"b", a.b},
          {"independent", a.independent},
          {"spearman", interval(a.spearman)},
          {"chance_95", number(a.chance.null_95)},
          {"p", number(a.chance.p)},
          {"spearman_given_words", number(a.given_words)},
          {"spearman_given_copying", number(a.given_copying)},
          {"reliability_at_most", number(std::sqrt(std::max(0.0, a.spearman.value)))}};
}

Json one(const Effect& e) {
  return {{"scorer", e.scorer},
          {"factor", e.factor},
          {"spearman_across", number(e.across)},
          {"spearman_within", interval(e.within)}};
}

Json one(const Spread& s) {
  return {{"scorer", s.scorer},
          {"share_between", number(s.between)},
          {"share_within", number(s.within)},
          {"sd", number(s.sd)},
          {"sd_within", number(s.sd_within)}};
}

Json one(const FewDraws& d) {
  return {{"scorer", d.scorer},
          {"draws", d.draws},
          {"groups", d.groups},
          {"spearman", number(d.spearman)},
          {"same_bin", interval(d.same_bin)},
          {"within_one_bin", interval(d.near_bin)}};
}

Json one(const BestOf& b) {
  return {{"selecting", b.selecting},
          {"judging", b.judging},
          {"draws", b.draws},
          {"groups", b.groups},
          {"gain_sd", interval(b.gain)}};
}

Json one(const Expected& e) {
  return {{"label", e.label},
          {"judge", e.judge},
          {"independent", e.independent},
          {"gain_sd", interval(e.gain)},
          {"range_sd", interval(e.range)},
          {"range_raw", number(e.raw_range)},
          {"slope", number(e.slope)}};
}

template <class T>
Json list(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(one(item));
  return json;
}

}  // namespace

Json to_json(const Findings& f) {
  return {{"input", {{"records", f.records}, {"groups", f.all_groups}, {"deep_groups", f.all_deep}}},
          {"examined",
           {{"records", f.draws},
            {"groups", f.groups},
            {"deep_groups", f.deep},
            {"subjects", f.subjects},
            {"median_draws", number(f.median_draws)}}},
          {"scorers", f.scorers},
          {"tasks", f.tasks},
          {"teachers", f.teachers},
          {"judges", f.judges},
          {"gates", list(f.gates)},
          {"damage", list(f.damages)},
          {"median_difference_from_record", f.record_differences},
          {"agreement", list(f.agreements)},
          {"effects", list(f.effects)},
          {"spread", list(f.spreads)},
          {"few_draws", list(f.few)},
          {"best_of_n", list(f.best)},
          {"expected", list(f.expected)}};
}

Json to_json(const Check& check) {
  return {{"question", check.question},
          {"scorer", check.scorer},
          {"finding", to_string(check.finding)},
          {"reason", check.reason},
          {"cure", check.cure}};
}

Check check_from_json(const Json& json) {
  const data::Fields fields(json, "check");
  return {fields.text("question"), fields.text("scorer"),
          from_name<Finding>(fields.text("finding")).value_or(Finding::unknown), fields.text("reason"),
          fields.text("cure")};
}

}  // namespace udrl::inspect
