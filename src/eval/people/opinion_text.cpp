// human.json, and the same for a terminal.
#include "opinion.hpp"
#include "stats/format.hpp"
#include "udrl/base/table.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::eval {
namespace {

using data::Json, data::number;
using score::to_json;  // of estimates, which those below would hide

Json to_json(const RaterResult& r) {
  return {{"name", r.name},     {"rated", r.rated},   {"ties", r.ties},
          {"checks", r.checks}, {"passed", r.passed}, {"why_not", r.why_not}};
}

Json to_json(const RatersAgree& r) {
  return {{"first", r.first},
          {"second", r.second},
          {"pairs", r.pairs},
          {"same", number(r.same)},
          {"kappa", number(r.kappa)}};
}

Json to_json(const ScorerAgrees& s) {
  return {{"scorer", s.scorer},
          {"value", s.value},
          {"pairs", s.pairs},
          {"same", to_json(s.same)},
          {"kappa", number(s.kappa)}};
}

template <class List>
Json list(const List& items) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(to_json(item));
  return json;
}

using Table = std::vector<std::vector<std::string>>;

std::string raters_text(const Opinion& o) {
  Table table = {{"rater", "pairs", "ties", "checks passed"}};
  for (const RaterResult& r : o.raters)
    table.push_back(
        {r.name, std::to_string(r.rated), std::to_string(r.ties),
         std::to_string(r.passed) + " of " + std::to_string(r.checks) + (r.why_not.empty() ? "" : ", does not count")});
  return aligned_table(table, 1);
}

std::string raters_agree_text(const Opinion& o) {
  if (o.raters_agree.empty()) return "";
  Table table = {{"two raters", "pairs", "same", "kappa"}};
  for (const RatersAgree& r : o.raters_agree)
    table.push_back({r.first + ", " + r.second, std::to_string(r.pairs), percent(r.same), page::fixed(r.kappa, 2)});
  return "\n" + aligned_table(table, 1) + "Krippendorff's alpha of all: " + page::fixed(o.alpha, 2) + "\n";
}

std::string scorers_agree_text(const Opinion& o) {
  Table table = {{"scorer", "value", "pairs", "orders as people do", "kappa"}};
  for (const ScorerAgrees& s : o.scorers_agree)
    table.push_back({s.scorer, value_name(s), std::to_string(s.pairs), with_range(s.same, 2), page::fixed(s.kappa, 2)});
  return "\n" + aligned_table(table, 2);
}

std::string verdicts_text(const Opinion& o) {
  Table table = {{"verdict", ""}, {"people", to_string(o.judgement.verdict)}};
  table.push_back({"evaluation", o.evaluation});
  for (const auto& [name, verdict] : o.by_scorer) table.push_back({name, verdict});
  return "\n" + aligned_table(table, 2);
}

}  // namespace

std::string value_name(const ScorerAgrees& scorer) { return scorer.value == "raw" ? "as written" : scorer.value; }

Json to_json(const Opinion& o) {
  Json json = {{"schema_version", 1},
               {"sheet", o.sheet},
               {"row", o.student},
               {"reference", o.reference},
               {"pairs", {{"shown", o.pairs}, {"rated", o.rated}, {"subjects", o.subjects}}},
               {"raters", list(o.raters)},
               {"ratings", {{"wins", o.wins}, {"ties", o.ties}, {"losses", o.losses}}},
               {"win_rate", to_json(o.win_rate)},
               {"win_rate_by_task", Json::object()},
               {"win_rate_wanted", o.judgement.margin},
               {"verdict", to_string(o.judgement.verdict)},
               {"pairs_needed", number(o.pairs_needed)},
               {"raters_agree", list(o.raters_agree)},
               {"krippendorffs_alpha", number(o.alpha)},
               {"scorers_agree", list(o.scorers_agree)},
               {"caveats", o.caveats},
               {"other_verdicts", {{"evaluation", o.evaluation}, {"scorers", o.by_scorer}}}};
  for (const auto& [task, estimate] : o.by_task) json["win_rate_by_task"][task] = to_json(estimate);
  return json;
}

std::string to_text(const Opinion& o) {
  std::string out = "the student's answers against " + o.reference + ": " + page::plural(o.wins, "win") + ", " +
                    page::plural(o.ties, "tie") + ", " + std::to_string(o.losses) + " lost, over " +
                    page::plural(o.rated, "pair") + " of " + page::plural(o.subjects, "subject") +
                    "\nwin rate, ties half: " + with_range(o.win_rate) + ", one-sided 95% lower bound " +
                    page::fixed(o.win_rate.lower_95, 3) + ", above " + page::fixed(o.judgement.margin, 2) +
                    " wanted: " + to_string(o.judgement.verdict) + "\n";
  if (o.pairs_needed > 0) out += about(o.pairs_needed, "pairs") + " would decide\n";
  for (const auto& [task, estimate] : o.by_task) out += "  " + task + ": " + with_range(estimate) + "\n";
  out += "\n" + raters_text(o) + raters_agree_text(o) + scorers_agree_text(o) + verdicts_text(o);
  for (const std::string& caveat : o.caveats) out += "note: " + caveat + "\n";
  return out;
}

}  // namespace udrl::eval
