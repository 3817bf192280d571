// Verdicts, and the reasons to give none.
#include "verdict.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "format.hpp"
#include "systems/controls.hpp"

namespace udrl::eval {
namespace {

bool is_decision(Verdict verdict) { return verdict == Verdict::pass || verdict == Verdict::fail; }

/// Calls `use` with the judgements of every ratio, half by half, at each margin.
template <class Use>
void for_each_judgement(Results& results, Use use) {
  for (RowResult& row : results.rows)
    for (std::size_t s = 0; s < row.scored.size(); ++s)
      for (Ratio& ratio : row.scored[s].ratios)
        for (const Half half : halves)
          for (std::size_t m = 0; m < ratio.halves[half].at.size(); ++m) use(row, s, ratio, half, m);
}

/// The same of every task by itself.
template <class Use>
void for_each_task_judgement(Results& results, Use use) {
  for (RowResult& row : results.rows)
    for (std::size_t s = 0; s < row.scored.size(); ++s)
      for (auto& [task, ratio] : row.scored[s].ratio_by_task)
        for (const Half half : halves)
          for (std::size_t m = 0; m < ratio.halves[half].at.size(); ++m)
            use(row, s, task, half, ratio.halves[half].at[m], m);
}

/// The family of all other ratios of students, under each scorer, of each half and at each margin; and that of their
/// tasks.
void correct_families(Results& results) {
  std::map<std::tuple<std::size_t, Half, std::size_t>, std::vector<Judgement*>> families;
  for_each_judgement(results, [&](RowResult& row, std::size_t s, Ratio& ratio, Half half, std::size_t m) {
    const bool is_primary =
        row.row.name == results.primary.row && ratio.reference == results.primary.reference && m == 0;
    if (row.row.kind == RowKind::student && !is_primary) families[{s, half, m}].push_back(&ratio.halves[half].at[m]);
  });
  for (auto& [which, family] : families) correct_family(family);
  families.clear();
  for_each_task_judgement(
      results, [&](RowResult& row, std::size_t s, const std::string&, Half half, Judgement& judgement, std::size_t m) {
        if (row.row.kind == RowKind::student) families[{s, half, m}].push_back(&judgement);
      });
  for (auto& [which, family] : families) correct_family(family);
}

/// The halves that count, at the first margin.
void join_tasks(Results& results) {
  for (RowResult& row : results.rows)
    for (Scored& scored : row.scored)
      for (auto& [task, ratio] : scored.ratio_by_task) {
        std::vector<Verdict> verdicts;
        for (const Half half : halves)
          if (const Verdict verdict = ratio.halves[half].at.front().verdict; verdict != Verdict::withheld)
            verdicts.push_back(verdict);
        ratio.verdict = verdicts.empty() ? Verdict::withheld : together(verdicts);
      }
}

/// Both halves of every ratio, at each margin.
void join_halves(Results& results) {
  for (RowResult& row : results.rows)
    for (Scored& scored : row.scored)
      for (Ratio& ratio : scored.ratios) {
        ratio.verdicts.clear();
        for (std::size_t m = 0; m < ratio.halves[Half::fidelity].at.size(); ++m)
          ratio.verdicts.push_back(
              together({ratio.halves[Half::fidelity].at[m].verdict, ratio.halves[Half::elaboration].at[m].verdict}));
      }
}

/// Few subjects decide nothing.
void refuse_few_subjects(Results& results) {
  const std::size_t subjects = results.set.main().subjects.size();
  if (subjects >= fewest_subjects) return;
  const auto soften = [](Judgement& judgement) {
    if (is_decision(judgement.verdict)) judgement.verdict = Verdict::inconclusive;
  };
  for_each_judgement(results, [&](RowResult&, std::size_t, Ratio& ratio, Half half, std::size_t m) {
    soften(ratio.halves[half].at[m]);
  });
  for_each_task_judgement(results, [&](RowResult&, std::size_t, const std::string&, Half, Judgement& judgement,
                                       std::size_t) { soften(judgement); });
  for (RowResult& row : results.rows)
    if (row.diversity_ratio)
      for (Judgement& judgement : row.diversity_ratio->at) soften(judgement);
  for (ScorerResult& scorer : results.scorers)
    if (scorer.over_lookup) soften(scorer.over_lookup->judgement);
  results.primary.caveats.push_back(std::to_string(subjects) + " subjects are too few to decide; at least " +
                                    std::to_string(fewest_subjects) + " are needed");
}

/// No PASS by a scorer that is too blunt for it; says how many subjects would sharpen it.
void refuse_blunt_pass(Judgement& judgement, const Precision& precision, std::size_t subjects) {
  if (judgement.verdict != Verdict::pass || precision.suffices()) return;
  const double times = precision.answers_needed / std::max(1.0, static_cast<double>(precision.answers));
  judgement.verdict = Verdict::inconclusive;
  judgement.subjects_needed = std::ceil(times * static_cast<double>(subjects));
}

/// A scorer that would not notice a small share of wrong answers may fail a student, and pass none.
void refuse_blunt_passes(Results& results) {
  const std::size_t subjects = results.set.main().subjects.size();
  for_each_judgement(results, [&](RowResult&, std::size_t s, Ratio& ratio, Half half, std::size_t m) {
    refuse_blunt_pass(ratio.halves[half].at[m], results.scorers[s].precision[half], subjects);
  });
  for_each_task_judgement(
      results, [&](RowResult&, std::size_t s, const std::string& task, Half half, Judgement& judgement, std::size_t) {
        if (judgement.verdict == Verdict::pass)
          refuse_blunt_pass(judgement, results.scorers[s].precision_by_task.at(task)[half], subjects);
      });
  for (const ScorerResult& scorer : results.scorers)
    for (const Half half : halves) {
      const Precision& precision = scorer.precision[half];
      if (precision.suffices() || !scorer.carries_verdict()) continue;
      results.primary.caveats.push_back("by " + scorer.info.name + ", " + to_string(half) +
                                        " shows a share of wrong answers from " + percent(precision.smallest_share, 1) +
                                        " on, " + percent(precision.wanted, 1) +
                                        " wanted: " + about(precision.answers_needed, "answers") +
                                        " would do, there are " + std::to_string(precision.answers));
    }
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

enum class AskForMore { no, than_a_lookup };

/// What is asked of a row: both halves, of the primary one more than a look-up too, by every scorer that carries a
/// verdict; and diversity.
std::vector<VerdictPart> parts_of(const Results& results, const RowResult& row, const std::string& reference,
                                  AskForMore more) {
  std::vector<VerdictPart> parts;
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const ScorerResult& scorer = results.scorers[s];
    if (!scorer.carries_verdict()) continue;
    const Ratio* ratio = row.scored[s].ratio_to(reference);
    for (const Half half : halves)
      parts.push_back({to_string(half), scorer.info.name, ratio->halves[half].value, ratio->halves[half].at.front()});
    if (more == AskForMore::than_a_lookup && scorer.over_lookup) parts.push_back(*scorer.over_lookup);
  }
  if (row.diversity_ratio) {
    const DiversityRatio& d = *row.diversity_ratio;
    const bool spread_is_lower = std::isfinite(d.spread.value) && d.spread.value < d.distinct_2.value;
    parts.push_back({"diversity", "", spread_is_lower ? d.spread : d.distinct_2, d.at.front()});
  }
  return parts;
}

Verdict verdict_of(const std::vector<VerdictPart>& parts) {
  std::vector<Verdict> verdicts;
  for (const VerdictPart& part : parts) verdicts.push_back(part.judgement.verdict);
  return together(verdicts);
}

std::optional<SecondDraw> judge_second_draw(const Results& results, const std::string& reference) {
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::second_draw) continue;
    SecondDraw out{row.row.name, reference, parts_of(results, row, reference, AskForMore::no), Verdict::undefined};
    out.verdict = verdict_of(out.parts);
    return out;
  }
  return std::nullopt;
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
      out += (out.empty() ? name + " has no say on " : "; on ") + to_string(half) + ": " + why;
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

/// A row's parts but for diversity, by every scorer that carries a verdict.
Verdict relevance_verdict(const Results& results, const RowResult& row) {
  std::vector<Verdict> verdicts;
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    if (results.scorers[s].carries_verdict())
      verdicts.push_back(row.scored[s].ratio_to(results.primary.reference)->verdict());
  return together(verdicts);
}

/// A control that must fail and does not makes every PASS worthless.
void need_failing_controls(Results& results) {
  const bool passes = results.primary.verdict == Verdict::pass;
  for (const RowResult& row : results.rows) {
    if (row.row.kind != RowKind::control) continue;
    const Verdict verdict = relevance_verdict(results, row);
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

/// One that carries the verdict, of another kind than the labels' where there is such a one.
std::size_t shown_scorer(const std::vector<ScorerResult>& scorers) {
  const auto position = [&](auto fits) {
    return static_cast<std::size_t>(std::find_if(scorers.begin(), scorers.end(), fits) - scorers.begin());
  };
  const std::size_t apart =
      position([](const ScorerResult& s) { return s.carries_verdict() && s.info.role == ScorerRole::other_kind; });
  if (apart < scorers.size()) return apart;
  const std::size_t carrying = position([](const ScorerResult& s) { return s.carries_verdict(); });
  if (carrying < scorers.size()) return carrying;
  const std::size_t held_out = position([](const ScorerResult& s) { return s.info.held_out(); });
  return held_out < scorers.size() ? held_out : 0;
}

/// A comparison that a control survives (same scorer, reference and margin) lets no student pass.
void withhold_where_controls_stand(Results& results, std::size_t scorer, std::size_t reference, std::size_t margin) {
  const auto at = [&](RowResult& row) -> Verdict& { return row.scored[scorer].ratios[reference].verdicts[margin]; };
  const bool all_fail = std::all_of(results.rows.begin(), results.rows.end(), [&](RowResult& row) {
    return row.row.kind != RowKind::control || at(row) == Verdict::fail;
  });
  for (RowResult& row : results.rows) {
    const bool may_pass = row.row.kind == RowKind::student || row.row.kind == RowKind::second_draw;
    if (at(row) == Verdict::pass && (!may_pass || !all_fail)) at(row) = Verdict::withheld;
  }
}

/// Only a student's row may say PASS (and the teacher's second draw), and only where every control fails.
void restrain_passes(Results& results) {
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const auto& ratios = results.rows.front().scored[s].ratios;
    for (std::size_t r = 0; r < ratios.size(); ++r)
      for (std::size_t m = 0; m < ratios[r].verdicts.size(); ++m) withhold_where_controls_stand(results, s, r, m);
  }
}

void withhold(TaskRatio& ratio) {
  ratio.verdict = Verdict::withheld;
  for (const Half half : halves)
    for (Judgement& judgement : ratio.halves[half].at) judgement.verdict = Verdict::withheld;
}

void withhold(Ratio& ratio) {
  for (Verdict& verdict : ratio.verdicts) verdict = Verdict::withheld;
  for (const Half half : halves)
    for (Judgement& judgement : ratio.halves[half].at) judgement.verdict = Verdict::withheld;
}

void withhold(Results& results) {
  const bool all = !results.primary.withheld_because.empty();
  if (all) {
    results.primary.verdict = Verdict::withheld;
    for (VerdictPart& part : results.primary.parts) part.judgement.verdict = Verdict::withheld;
    for (RowResult& row : results.rows)
      if (row.diversity_ratio)
        for (Judgement& judgement : row.diversity_ratio->at) judgement.verdict = Verdict::withheld;
  }
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    if (!all && results.scorers[s].carries_verdict()) continue;
    results.scorers[s].verdict = Verdict::withheld;
    if (results.scorers[s].over_lookup) results.scorers[s].over_lookup->judgement.verdict = Verdict::withheld;
    for (RowResult& row : results.rows) {
      for (Ratio& ratio : row.scored[s].ratios) withhold(ratio);
      for (auto& [task, ratio] : row.scored[s].ratio_by_task) withhold(ratio);
    }
  }
}

}  // namespace

Verdict together(const std::vector<Verdict>& verdicts) {
  const auto holds = [&](Verdict verdict) {
    return std::find(verdicts.begin(), verdicts.end(), verdict) != verdicts.end();
  };
  if (verdicts.empty() || holds(Verdict::undefined)) return Verdict::undefined;
  if (holds(Verdict::fail)) return Verdict::fail;
  return holds(Verdict::inconclusive) || holds(Verdict::withheld) ? Verdict::inconclusive : Verdict::pass;
}

std::string ScorerResult::why_not(Half half) const {
  if (!damage.why_not.empty()) return damage.why_not;
  const bool any = std::find(counts[half].begin(), counts[half].end(), true) != counts[half].end();
  if (!any)
    return damage.tasks.empty() ? "nothing was damaged"
                                : damage.tasks.front().why_not[half] + " (" + damage.tasks.front().task + ")";
  return "";
}

bool ScorerResult::carries_verdict() const {
  return info.held_out() && why_not(Half::fidelity).empty() && why_not(Half::elaboration).empty();
}

void conclude(Results& results, const CompareOptions& options) {
  PrimaryComparison& h = results.primary;
  h = {};
  h.reference = options.reference;
  h.margin = options.margin;
  h.row = results.measured.front().row.name;
  h.scorer = shown_scorer(results.scorers);
  refuse_few_subjects(results);
  refuse_blunt_passes(results);
  warn_of_few_seeds(results);
  warn_of_zero_shot(results);
  correct_families(results);
  join_halves(results);
  join_tasks(results);
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    results.scorers[s].verdict = results.row(h.row).scored[s].ratio_to(h.reference)->verdict();
  h.parts = parts_of(results, results.row(h.row), h.reference, AskForMore::than_a_lookup);
  h.verdict = verdict_of(h.parts);
  results.second_draw = judge_second_draw(results, options.diversity_reference);
  need_all_answers(results);
  need_a_scorer(results);
  need_failing_controls(results);
  need_passing_second_draw(results);
  need_apart(results);
  restrain_passes(results);
  withhold(results);
}

}  // namespace udrl::eval
