// Verdicts, and the reasons to give none.
#include "verdict.hpp"

#include <algorithm>

#include "format.hpp"
#include "systems/controls.hpp"

namespace udrl::eval {
namespace {

bool is_decision(Verdict verdict) { return verdict == Verdict::pass || verdict == Verdict::fail; }

/// The family of all other ratios of students, under each scorer and at each margin.
void correct_families(Results& results) {
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    for (std::size_t m = 0; m < results.rows.front().scored[s].ratios.front().at.size(); ++m) {
      std::vector<Judgement*> family;
      for (RowResult& row : results.rows)
        for (Ratio& ratio : row.scored[s].ratios) {
          const bool is_primary =
              row.row.name == results.primary.row && ratio.reference == results.primary.reference && m == 0;
          if (row.row.kind == RowKind::student && !is_primary) family.push_back(&ratio.at[m]);
        }
      correct_family(family);
    }
}

/// Few subjects decide nothing.
void refuse_few_subjects(Results& results) {
  const std::size_t subjects = results.set.main().subjects.size();
  if (subjects >= fewest_subjects) return;
  for (RowResult& row : results.rows)
    for (Scored& scored : row.scored)
      for (Ratio& ratio : scored.ratios)
        for (Judgement& judgement : ratio.at)
          if (is_decision(judgement.verdict)) judgement.verdict = Verdict::inconclusive;
  results.primary.caveats.push_back(std::to_string(subjects) + " subjects are too few to decide; at least " +
                                    std::to_string(fewest_subjects) + " are needed");
}

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

/// What all scorers that carry a verdict agree on.
Verdict common_verdict(const std::vector<ScorerResult>& scorers) {
  bool any = false, all_pass = true, any_fail = false;
  for (const ScorerResult& scorer : scorers) {
    if (!scorer.carries_verdict()) continue;
    if (scorer.verdict == Verdict::undefined) return Verdict::undefined;
    any = true;
    all_pass = all_pass && scorer.verdict == Verdict::pass;
    any_fail = any_fail || scorer.verdict == Verdict::fail;
  }
  if (!any) return Verdict::withheld;
  return all_pass ? Verdict::pass : any_fail ? Verdict::fail : Verdict::inconclusive;
}

std::string why_silent(const ScorerResult& scorer) {
  const std::string name = scorer.info.name;
  if (!scorer.info.held_out()) return name + " made the labels that the student was trained on";
  if (!scorer.masked.why_not.empty()) return name + " could not be examined: " + scorer.masked.why_not;
  const auto subject = scorer.masked.swapped.find("subject");
  std::string out = name +
                    ", with the intent’s words masked, tells the reference’s answers from another intent’s with " +
                    "an AUC of " + with_range(scorer.masked.shuffled) + ", " + fixed(score::least_auc, 2) +
                    " wanted (raw: " + fixed(scorer.raw.shuffled.value, 3) + ")";
  if (subject != scorer.masked.swapped.end())
    out += ", and from one with another subject in " + percent(subject->second.value) + ", " +
           percent(score::least_swapped) + " wanted";
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

/// A control that must fail and does not makes every PASS worthless.
void need_failing_controls(Results& results) {
  const bool passes = results.primary.verdict == Verdict::pass;
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    if (!results.scorers[s].carries_verdict()) continue;
    for (const RowResult& row : results.rows) {
      if (row.row.kind != RowKind::control) continue;
      const Verdict verdict = row.scored[s].ratio_to(results.primary.reference)->verdict();
      if (verdict == Verdict::pass || (passes && verdict != Verdict::fail))
        results.primary.withheld_because.push_back("under " + results.scorers[s].info.name + ", the control “" +
                                                   row.row.short_title + "” must FAIL, and is " + to_string(verdict));
    }
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

std::size_t shown_scorer(const std::vector<ScorerResult>& scorers) {
  const auto position = [&](auto fits) {
    return static_cast<std::size_t>(std::find_if(scorers.begin(), scorers.end(), fits) - scorers.begin());
  };
  const std::size_t carrying = position([](const ScorerResult& s) { return s.carries_verdict(); });
  if (carrying < scorers.size()) return carrying;
  const std::size_t held_out = position([](const ScorerResult& s) { return s.info.held_out(); });
  return held_out < scorers.size() ? held_out : 0;
}

/// A comparison that a control survives (same scorer, reference and margin) lets no student pass.
void withhold_where_controls_stand(Results& results, std::size_t scorer, std::size_t reference, std::size_t margin) {
  const auto at = [&](RowResult& row) -> Judgement& { return row.scored[scorer].ratios[reference].at[margin]; };
  const bool all_fail = std::all_of(results.rows.begin(), results.rows.end(), [&](RowResult& row) {
    return row.row.kind != RowKind::control || at(row).verdict == Verdict::fail;
  });
  for (RowResult& row : results.rows)
    if (at(row).verdict == Verdict::pass && (row.row.kind != RowKind::student || !all_fail))
      at(row).verdict = Verdict::withheld;
}

/// Only a student's row may say PASS, and only where every control fails.
void restrain_passes(Results& results) {
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const auto& ratios = results.rows.front().scored[s].ratios;
    for (std::size_t r = 0; r < ratios.size(); ++r)
      for (std::size_t m = 0; m < ratios[r].at.size(); ++m) withhold_where_controls_stand(results, s, r, m);
  }
}

void withhold(Results& results) {
  const bool all = !results.primary.withheld_because.empty();
  if (all) results.primary.verdict = Verdict::withheld;
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    if (!all && results.scorers[s].carries_verdict()) continue;
    results.scorers[s].verdict = Verdict::withheld;
    for (RowResult& row : results.rows)
      for (Ratio& ratio : row.scored[s].ratios)
        for (Judgement& judgement : ratio.at) judgement.verdict = Verdict::withheld;
  }
}

}  // namespace

void conclude(Results& results, const CompareOptions& options) {
  PrimaryComparison& h = results.primary;
  h = {};
  h.reference = options.reference;
  h.margin = options.margin;
  h.row = results.measured.front().row.name;
  h.scorer = shown_scorer(results.scorers);
  refuse_few_subjects(results);
  warn_of_few_seeds(results);
  warn_of_zero_shot(results);
  correct_families(results);
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    results.scorers[s].verdict = results.row(h.row).scored[s].ratio_to(h.reference)->verdict();
  h.verdict = common_verdict(results.scorers);
  need_all_answers(results);
  need_a_scorer(results);
  need_failing_controls(results);
  need_apart(results);
  restrain_passes(results);
  withhold(results);
}

}  // namespace udrl::eval
