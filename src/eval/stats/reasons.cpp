// What keeps a verdict back, and what is said beside it.
#include "reasons.hpp"

#include <algorithm>
#include <cmath>

#include "compare.hpp"
#include "format.hpp"
#include "verdict.hpp"

namespace udrl::eval {
namespace {

/// Two or three seeds show little of what seeds do.
void warn_of_few_seeds(Results& results) {
  for (const RowResult& row : results.rows)
    if (row.seeds > 1 && row.seeds < fewest_seeds)
      results.primary.caveats.push_back(row.row.title + ": a mean over " + std::to_string(row.seeds) +
                                        " training seeds, so few that its interval is too narrow");
}

/// A model without its examples is a weaker one to compare with.
void warn_of_zero_shot(Results& results) {
  if (!results.row(results.primary.reference).row.few_shot)
    results.primary.caveats.emplace_back("the reference is asked without the task’s examples");
}

/// A measure by which the teacher falls short of itself would fail anybody.
void need_passing_second_draw(Results& results) {
  if (!results.second_draw || results.second_draw->parts.empty()) return;
  const Verdict verdict = results.second_draw->verdict;
  if (verdict == Verdict::pass) return;
  std::string which;
  for (const VerdictPart& part : results.second_draw->parts)
    if (part.judgement.verdict == verdict)
      which += (which.empty() ? "" : ", ") + part.name + (part.scorer.empty() ? "" : " by " + part.scorer);
  const double needed = subjects_needed(results.second_draw->parts);
  const std::string words =
      "the teacher’s second draw against its first must PASS, and is " + to_string(verdict) + " (" + which + ")";
  if (verdict == Verdict::fail) results.primary.withheld_because.push_back(words);
  else results.primary.caveats.push_back(words + (needed > 0 ? ": " + about(needed, "subjects") + " would do" : ""));
}

std::string why_silent(const ScorerResult& scorer) {
  const std::string name = scorer.info.name;
  if (!scorer.info.held_out()) return name + " made the labels that the student was trained on";
  if (!scorer.damage.why_not.empty()) return name + " could not be examined: " + scorer.damage.why_not;
  std::string out;
  for (const Half half : halves)
    if (const std::string why = scorer.why_not(half); !why.empty())
      out += (out.empty() ? name + " cannot judge " : "; nor ") + to_string(half) + ": " + why;
  return out;
}

void need_a_scorer(Results& results) {
  const auto& scorers = results.scorers;
  if (std::any_of(scorers.begin(), scorers.end(), [](const ScorerResult& s) { return s.carries_verdict(); })) return;
  for (const bool held_out : {true, false})  // those that might have spoken first
    for (const ScorerResult& scorer : scorers)
      if (scorer.info.held_out() == held_out) results.primary.withheld_because.push_back(why_silent(scorer));
  if (std::none_of(scorers.begin(), scorers.end(), [](const ScorerResult& s) { return s.info.held_out(); }))
    results.primary.withheld_because.emplace_back(
        "no scorer that made no label was named ([second_embedder] or [pmi] in the config)");
}

/// Without that, relevance alone would let a list of words pass, or something next to one.
void warn_of_no_fluency(Results& results) {
  const std::string so = ", so the verdict does not ask whether answers are well written";
  if (!results.fluency)
    results.primary.caveats.push_back("no causal model was named to read fluency ([pmi] in the config)" + so);
  else if (const std::string why = results.fluency->why_not(); !why.empty())
    results.primary.caveats.push_back(results.fluency->info.name + " cannot judge fluency: " + why + so);
}

/// FAIL where it falls short in fluency; else that on both halves, by every scorer that carries a verdict.
Verdict verdict_on_control(const Results& results, const RowResult& row) {
  std::vector<Verdict> verdicts;
  if (fails_in_fluency(results, row)) verdicts.push_back(Verdict::fail);
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    if (results.scorers[s].carries_verdict())
      verdicts.push_back(row.scored[s].ratio_to(results.primary.reference)->verdict());
  return together(verdicts);
}

/// A control that must fail and does not makes every PASS worthless.
void need_failing_controls(Results& results) {
  const bool passes =
      results.primary.verdict == Verdict::pass || (results.best_of && results.best_of->verdict == Verdict::pass);
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::control) continue;
    const Verdict verdict = verdict_on_control(results, row);
    if (verdict == Verdict::pass || (passes && verdict != Verdict::fail))
      results.primary.withheld_because.push_back("the control “" + row.row.short_title + "” must FAIL, and is " +
                                                 to_string(verdict));
  }
}

/// An answer that did not come is no bad one; and who fails on hard cases must not be judged by the others.
void need_all_answers(Results& results) {
  for (const FailedRequests& failed : results.failures) {
    if (failed.of_judge) results.primary.caveats.push_back(to_text(failed));
    else results.primary.withheld_because.push_back(to_text(failed) + "; run the same command again to ask for them");
  }
}

void need_apart(Results& results) {
  if (results.near_intents.empty()) return;
  const auto& [test, train] = *results.near_intents.begin();
  results.primary.withheld_because.push_back(std::to_string(results.near_intents.size()) +
                                             " test intents nearly are ones that trained, such as “" + test +
                                             "” and “" + train + "”");
}

}  // namespace

void give_reasons(Results& results) {
  warn_of_few_seeds(results);
  warn_of_zero_shot(results);
  need_all_answers(results);
  need_a_scorer(results);
  warn_of_no_fluency(results);
  need_failing_controls(results);
  need_passing_second_draw(results);
  need_apart(results);
}

}  // namespace udrl::eval
