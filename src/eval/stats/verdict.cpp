// Verdicts. Not for: why none is given (reasons.cpp).
#include "verdict.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

#include "format.hpp"
#include "reasons.hpp"

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

/// Of the primary student, which comes first.
bool is_best_of(const Results& results, const RowResult& row) {
  return row.row.best_of > 1 && row.row.system == results.rows.front().row.system;
}

/// The family of all ratios of students but those of the two claims (one answer, and the best of n), under each scorer,
/// of each half and at each margin; and that of their tasks.
void correct_families(Results& results) {
  std::map<std::tuple<std::size_t, Half, std::size_t>, std::vector<Judgement*>> families;
  for_each_judgement(results, [&](RowResult& row, std::size_t s, Ratio& ratio, Half half, std::size_t m) {
    const bool is_claim = (row.row.name == results.primary.row || is_best_of(results, row)) &&
                          ratio.reference == results.primary.reference && m == 0;
    if (row.row.kind == RowKind::student && !is_claim) families[{s, half, m}].push_back(&ratio.halves[half].at[m]);
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

/// Those of fluency and diversity, at each margin.
std::vector<Judgement*> without_a_half(RowResult& row) {
  std::vector<Judgement*> out;
  if (row.fluency)
    for (Judgement& judgement : row.fluency->at) out.push_back(&judgement);
  if (row.diversity_ratio)
    for (Judgement& judgement : row.diversity_ratio->at) out.push_back(&judgement);
  return out;
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
  for (RowResult& row : results.rows) {
    for (Judgement* judgement : without_a_half(row)) soften(*judgement);
    for (Scored& scored : row.scored)
      if (scored.over_lookup) soften(scored.over_lookup->judgement);
  }
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

/// Says from which share of wrong answers on a part of the verdict notices them, where that is too late.
void warn_of_bluntness(Results& results, const std::string& scorer, const std::string& part,
                       const Precision& precision) {
  if (precision.suffices()) return;
  results.primary.caveats.push_back("by " + scorer + ", " + part + " shows a share of wrong answers from " +
                                    percent(precision.smallest_share, 1) + " on, " + percent(precision.wanted, 1) +
                                    " wanted: " + about(precision.answers_needed, "answers") + " would do, there are " +
                                    std::to_string(precision.answers));
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
  for (RowResult& row : results.rows)
    if (row.fluency)
      for (Judgement& judgement : row.fluency->at) refuse_blunt_pass(judgement, results.fluency->precision, subjects);
  for (const ScorerResult& scorer : results.scorers)
    for (const Half half : halves)
      if (scorer.carries_verdict())
        warn_of_bluntness(results, scorer.info.name, to_string(half), scorer.precision[half]);
  if (counts_fluency(results))
    warn_of_bluntness(results, results.fluency->info.name, "fluency", results.fluency->precision);
}

enum class AskForMore { no, than_a_lookup };

/// What is asked of a row: both halves, of the primary one also to be better than the nearest neighbour, by every
/// scorer that carries a verdict; fluency; and diversity.
std::vector<VerdictPart> parts_of(const Results& results, const RowResult& row, const std::string& reference,
                                  AskForMore more) {
  std::vector<VerdictPart> parts;
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const ScorerResult& scorer = results.scorers[s];
    if (!scorer.carries_verdict()) continue;
    const Ratio* ratio = row.scored[s].ratio_to(reference);
    for (const Half half : halves)
      parts.push_back({to_string(half), scorer.info.name, ratio->halves[half].value, ratio->halves[half].at.front()});
    if (more == AskForMore::than_a_lookup && row.scored[s].over_lookup) parts.push_back(*row.scored[s].over_lookup);
  }
  if (row.fluency && counts_fluency(results))
    parts.push_back({"fluency", results.fluency->info.name, row.fluency->value, row.fluency->at.front()});
  if (row.diversity_ratio) {
    const DiversityRatio& d = *row.diversity_ratio;
    parts.push_back({"diversity", "", d.by_spread.front() ? d.spread : d.distinct_2, d.at.front()});
  }
  return parts;
}

Verdict verdict_of(const std::vector<VerdictPart>& parts) {
  std::vector<Verdict> verdicts;
  for (const VerdictPart& part : parts) verdicts.push_back(part.judgement.verdict);
  return together(verdicts);
}

/// Of the first row that is meant; nothing where none is.
template <class IsMeant>
std::optional<RowVerdict> judge_row(const Results& results, const std::string& reference, AskForMore more,
                                    IsMeant is_meant) {
  const auto row = std::find_if(results.rows.begin(), results.rows.end(), is_meant);
  if (row == results.rows.end()) return std::nullopt;
  RowVerdict out{row->row.name, reference, parts_of(results, *row, reference, more), Verdict::undefined};
  out.verdict = verdict_of(out.parts);
  return out;
}

bool is_second_draw(const RowResult& row) { return row.row.kind == RowKind::second_draw; }

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

/// A comparison that a control survives (`at` is each row's verdict in it) lets no student pass. A control that is no
/// language does not survive, whatever it is about; nor does a student that is none pass.
void withhold_where_controls_stand(Results& results, const std::function<Verdict&(RowResult&)>& at) {
  const bool all_fail = std::all_of(results.rows.begin(), results.rows.end(), [&](RowResult& row) {
    return row.row.kind != RowKind::control || at(row) == Verdict::fail || fails_in_fluency(results, row);
  });
  for (RowResult& row : results.rows) {
    const bool may_pass = row.row.kind == RowKind::student || row.row.kind == RowKind::second_draw;
    if (at(row) == Verdict::pass && (!may_pass || !all_fail || fails_in_fluency(results, row)))
      at(row) = Verdict::withheld;
  }
}

/// Only a student's row may say PASS (and the teacher's second draw), and only where every control fails.
void restrain_passes(Results& results) {
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    const auto& ratios = results.rows.front().scored[s].ratios;
    for (std::size_t r = 0; r < ratios.size(); ++r)
      for (std::size_t m = 0; m < ratios[r].verdicts.size(); ++m)
        withhold_where_controls_stand(results,
                                      [=](RowResult& row) -> Verdict& { return row.scored[s].ratios[r].verdicts[m]; });
    for (const std::string& task : results.set.tasks)
      withhold_where_controls_stand(
          results, [&, s](RowResult& row) -> Verdict& { return row.scored[s].ratio_by_task.at(task).verdict; });
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

void withhold(std::vector<VerdictPart>& parts) {
  for (VerdictPart& part : parts) part.judgement.verdict = Verdict::withheld;
}

void withhold(Results& results) {
  const bool all = !results.primary.withheld_because.empty();
  if (all) {
    results.primary.verdict = Verdict::withheld;
    withhold(results.primary.parts);
    if (results.best_of) {
      results.best_of->verdict = Verdict::withheld;
      withhold(results.best_of->parts);
    }
    for (RowResult& row : results.rows)
      for (Judgement* judgement : without_a_half(row)) judgement->verdict = Verdict::withheld;
  }
  for (std::size_t s = 0; s < results.scorers.size(); ++s) {
    if (!all && results.scorers[s].carries_verdict()) continue;
    results.scorers[s].verdict = Verdict::withheld;
    for (RowResult& row : results.rows) {
      if (row.scored[s].over_lookup) row.scored[s].over_lookup->judgement.verdict = Verdict::withheld;
      for (Ratio& ratio : row.scored[s].ratios) withhold(ratio);
      for (auto& [task, ratio] : row.scored[s].ratio_by_task) withhold(ratio);
    }
  }
}

}  // namespace

bool counts_fluency(const Results& results) { return results.fluency && results.fluency->why_not().empty(); }

bool fails_in_fluency(const Results& results, const RowResult& row) {
  return counts_fluency(results) && row.fluency && row.fluency->at.front().verdict == Verdict::fail;
}

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
  correct_families(results);
  join_halves(results);
  join_tasks(results);
  h.parts = parts_of(results, results.row(h.row), h.reference, AskForMore::than_a_lookup);
  h.verdict = verdict_of(h.parts);
  results.second_draw = judge_row(results, options.diversity_reference, AskForMore::no, is_second_draw);
  results.best_of = judge_row(results, h.reference, AskForMore::than_a_lookup,
                              [&](const RowResult& row) { return is_best_of(results, row); });
  give_reasons(results);
  restrain_passes(results);
  for (std::size_t s = 0; s < results.scorers.size(); ++s)
    results.scorers[s].verdict = results.row(h.row).scored[s].ratio_to(h.reference)->verdict();
  withhold(results);
}

}  // namespace udrl::eval
