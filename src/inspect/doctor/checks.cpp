// Thresholds, and what is said of each figure.
#include "checks.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/listed.hpp"
#include "udrl/page/figures.hpp"

namespace udrl::inspect {
namespace {

using page::fixed, page::percent, page::with_range;
using score::Estimate;

constexpr double least_within = 0.05;    // share of variance within intents
constexpr double most_confounded = 0.5;  // a quarter of the variance of ranks
constexpr double least_range = 0.2;      // standard deviations: Cohen's small effect
constexpr double least_rank = 0.8;       // Spearman of a rank among six with the whole group's
constexpr double most_chance = 0.05;     // p, divided by the number of partners
constexpr double same_value = 0.1;       // scored again, more SD than this from the record is another value
const std::string another_kind = "score with one of another kind as well (udrl-distill score --scorers)";
constexpr std::size_t draws_judged = 6;  // the number of draws whose ranks are judged

/// PASS where the interval lies above the threshold, FAIL where it lies below.
Finding against(const Estimate& e, double threshold) {
  if (!std::isfinite(e.value) || !std::isfinite(e.low)) return Finding::unknown;
  if (e.low >= threshold) return Finding::pass;
  return e.high < threshold ? Finding::fail : Finding::unknown;
}

std::string listed_or_counted(const std::vector<std::string>& scorers) {
  return scorers.size() < 4 ? enumerated(scorers)
                            : "each of " + std::to_string(scorers.size()) + " independent scorers";
}

std::string score_again_cure(const std::string& scorer, const std::string& why_not) {
  if (why_not.starts_with("no model")) {
    return "name the model that scored: --" + score::model_of(scorer) + ".gguf FILE";
  }
  if (why_not.starts_with("no task files")) return "name their folder: --tasks-folder data/tasks";
  return "examine it with the build that made it";
}

std::string changed(const Findings& f, const std::string& scorer) {
  const auto found = f.record_differences.find(scorer);
  if (found == f.record_differences.end() || found->second <= same_value) return "";
  return "; scored again it differs from the record by " + fixed(found->second, 2) +
         " SD: another model made the data's values?";
}

/// Tasks by what is known of the half there.
struct TasksSeen {
  std::vector<std::string> seen, open, why_not;  ///< open: with too few answers to tell
};

TasksSeen tasks_seen(const score::Damage& damage, score::Half half) {
  TasksSeen out;
  for (const score::TaskDamage& task : damage.tasks) {
    if (task.is_valid(half)) out.seen.push_back(task.task);
    else if (task.answers < score::fewest_damaged) out.open.push_back(task.task);
    else out.why_not.push_back(task.task + ": " + task.why_not[half]);
  }
  return out;
}

/// The evaluation's own rule (score/damage.hpp), for the half that the value measures.
Check damage(const Findings& f, const std::string& scorer) {
  Check check{damage_check, scorer, Finding::unknown, "", ""};
  const score::Damage& of_scorer = f.damage(scorer);
  const score::Half half = half_of(scorer);
  if (!of_scorer.why_not.empty()) {
    check.reason = of_scorer.why_not;
    check.cure = score_again_cure(scorer, of_scorer.why_not);
    return check;
  }
  const TasksSeen tasks = tasks_seen(of_scorer, half);
  check.reason = "as a measure of " + to_string(half) + " it sees its own damage in " +
                 (tasks.seen.empty() ? "no task" : enumerated(tasks.seen));
  for (const std::string& why : tasks.why_not) check.reason += "; " + why;
  if (!tasks.open.empty()) check.reason += "; too few answers: " + enumerated(tasks.open);
  check.reason += changed(f, scorer);
  if (tasks.why_not.empty() && tasks.open.empty()) {
    check.finding = Finding::pass;
  } else if (tasks.seen.empty() && tasks.open.empty()) {
    check.finding = Finding::fail;
    check.cure = "make no labels with it alone: it does not see what an answer is about; let others decide verdicts";
  } else {
    check.cure = tasks.why_not.empty()
                     ? "raise --pairs"
                     : "mix it with another scorer for the tasks in which it is blind, or raise --pairs";
  }
  return check;
}

/// Its agreements with independent scorers, the surest first; those that say nothing, of a scorer without an order,
/// left out.
std::vector<const Agreement*> partners(const Findings& f, const std::string& scorer) {
  std::vector<const Agreement*> out;
  for (const Agreement& pair : f.agreements)
    if ((pair.a == scorer || pair.b == scorer) && pair.independent && std::isfinite(pair.chance.p))
      out.push_back(&pair);
  std::stable_sort(out.begin(), out.end(), [](auto* x, auto* y) {
    return x->chance.p != y->chance.p ? x->chance.p < y->chance.p : x->chance.value > y->chance.value;
  });
  return out;
}

const std::string& other_of(const Agreement& pair, const std::string& scorer) {
  return pair.a == scorer ? pair.b : pair.a;
}

Check noise(const Findings& f, const std::string& scorer) {
  Check check{noise_check, scorer, Finding::unknown, "", ""};
  const auto all = partners(f, scorer);
  if (all.empty()) {
    check.reason = "no independent scorer ranks the same draws";
    check.cure = another_kind;
    return check;
  }
  const Agreement& best = *all.front();
  const std::string figures = with_range(best.spearman, 2) + ", chance up to " + fixed(best.chance.null_95, 2);
  if (best.chance.p * static_cast<double>(all.size()) < most_chance) {
    check.finding = Finding::pass;
    check.reason = "agrees with " + other_of(best, scorer) + " within intents: " + figures +
                   "; with copying taken out " + fixed(best.given_copying, 2) +
                   "; if both are equally good, a rank by it correlates " +
                   fixed(std::sqrt(std::max(0.0, best.spearman.value)), 2) + " with what both measure";
    return check;
  }
  std::vector<std::string> names;
  for (const Agreement* pair : all) names.push_back(other_of(*pair, scorer));
  check.finding = Finding::fail;
  check.reason = "no more than noise: within intents it agrees with " + listed_or_counted(names) +
                 " no more than chance does (" + (all.size() > 1 ? "best " : "") + figures + ")";
  check.cure = "do not rank draws by it: leave it out of tag --weights, or sample draws that differ more";
  return check;
}

Check spread(const Spread& s) {
  Check check{spread_check, s.scorer, Finding::unknown, "", ""};
  if (!std::isfinite(s.within) && s.sd_within == 0) {
    check.finding = Finding::fail;
    check.reason = "every answer has the same value";
    check.cure = "leave it out of tag --weights: it tells no answer from another";
    return check;
  }
  if (!std::isfinite(s.within)) {
    check.reason = "no intent has two draws";
    check.cure = "sample several draws an intent";
    return check;
  }
  check.finding = s.within >= least_within ? Finding::pass : Finding::fail;
  check.reason = percent(s.within) + " of its variance lies within intents";
  if (check.finding == Finding::fail) check.cure = "sample hotter, with more few-shot subsets or a second teacher";
  return check;
}

std::string confounded_cure(const std::string& factor) {
  if (factor == "words") return "tag takes out what length explains: keep that on, and do not use the value without it";
  if (factor == "copying") return "raise tag --copying-penalty, or label with the masked value";
  return "draw at fewer temperatures: a top return would mean little more than cold";
}

Check confounded(const Findings& f, const std::string& scorer) {
  Check check{confounded_check, scorer, Finding::unknown, "no factor varies within intents", ""};
  const Effect* most = nullptr;
  std::string all;
  for (const Effect& e : f.effects) {
    const bool judged = e.factor == "words" || e.factor == "copying" || e.factor == "temperature";
    if (e.scorer != scorer || !judged || !std::isfinite(e.within.value)) continue;
    all += (all.empty() ? "" : ", ") + e.factor + " " + fixed(e.within.value, 2);
    if (!most || std::abs(e.within.value) > std::abs(most->within.value)) most = &e;
  }
  if (!most) return check;
  check.finding = std::abs(most->within.value) < most_confounded ? Finding::pass : Finding::fail;
  check.reason = "rank correlation within intents: " + all + "; allowed below " + fixed(most_confounded, 1);
  if (check.finding == Finding::fail) check.cure = confounded_cure(most->factor);
  return check;
}

Check gain(const Findings& f, const std::string& scorer) {
  Check check{gain_check, scorer, Finding::unknown, "", ""};
  const Expected* own = f.expected_of(scorer, scorer);
  const Expected* seen = f.expected_of(scorer, independent_judge);
  if (!own || !std::isfinite(own->range.value)) {
    check.reason = "no intent has draws in the top and the lowest bin";
    check.cure = "sample at least three draws an intent";
    return check;
  }
  const std::string by_itself = "top against lowest return is " + fixed(own->range.value, 2) + " SD by its own measure";
  if (!seen || !std::isfinite(seen->range.value)) {
    check.reason = by_itself + "; no independent scorer says how much of that is real";
    check.cure = another_kind;
    return check;
  }
  check.finding = against(seen->range, least_range);
  check.reason = by_itself + ", " + with_range(seen->range, 2) + " by independent ones; best gain over the mean draw " +
                 with_range(seen->gain, 2) + " SD";
  if (check.finding != Finding::pass)
    check.cure =
        "expect little of asking for high returns: more draws an intent, draws that differ more, or better labels";
  return check;
}

Check few(const Findings& f, const std::string& scorer) {
  Check check{few_check, scorer, Finding::unknown, "", ""};
  const FewDraws* judged = nullptr;
  std::string others;
  for (const FewDraws& d : f.few) {
    if (d.scorer != scorer) continue;
    if (d.draws == draws_judged) judged = &d;
    else others += "; among " + std::to_string(d.draws) + ": " + fixed(d.spearman, 2);
  }
  if (!judged) {
    check.reason = "no intent has draws enough to compare with";
    check.cure = "draw 16 times for a hundred of the intents";
    return check;
  }
  check.finding = judged->spearman >= least_rank ? Finding::pass : Finding::fail;
  check.reason = "a rank among " + std::to_string(judged->draws) + " draws correlates " + fixed(judged->spearman, 2) +
                 " with the rank among all, " + percent(judged->same_bin.value) + " fall into the same bin and " +
                 percent(judged->near_bin.value) + " within one" + others + "; the median intent here has " +
                 fixed(f.median_draws, 0);
  if (check.finding == Finding::fail)
    check.cure = "draw more often for each intent, ask for fewer bins, or take a scorer with fewer ties";
  return check;
}

}  // namespace

std::vector<Check> make_checks(const Findings& f) {
  std::vector<Check> checks;
  for (const std::string& scorer : f.scorers) checks.push_back(damage(f, scorer));
  for (const std::string& scorer : f.scorers) checks.push_back(noise(f, scorer));
  for (const Spread& s : f.spreads) checks.push_back(spread(s));
  for (const std::string& scorer : f.scorers) checks.push_back(confounded(f, scorer));
  for (const std::string& scorer : f.scorers) checks.push_back(gain(f, scorer));
  for (const std::string& scorer : f.scorers) checks.push_back(few(f, scorer));
  return checks;
}

}  // namespace udrl::inspect
