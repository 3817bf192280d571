// Making pairs, scoring them again, and the figures of the gates.
#include "udrl/score/gates.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/whole_words.hpp"
#include "udrl/score/grouped.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::score {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t block = 128;  // answers scored at once, each with its intents
constexpr int tries = 50;           // to find another record that fits
const std::string truth = "true", shuffled = "shuffled";

/// An answer's intents by what was done to them: "true", "shuffled", "subject", "format".
using Intents = std::map<std::string, std::string>;

/// Picks other records of the same task.
class Donors {
 public:
  Donors(const std::vector<GateAnswer>& answers, std::uint64_t seed) : answers_(answers), random_(seed, "pairs") {
    for (std::size_t i = 0; i < answers.size(); ++i) by_task_[answers[i].task].push_back(i);
  }

  Intents intents_of(const GateAnswer& answer) {
    Intents out{{truth, answer.intent.intent}};
    const auto add = [&](const std::string& what, auto make) {
      for (int i = 0; i < tries; ++i) {
        const std::string text = make(any_of(answer.task));
        if (text.empty() || text == answer.intent.intent) continue;
        out[what] = text;
        return;
      }
    };
    add(shuffled, [&](const GateAnswer& other) { return other.subject == answer.subject ? "" : other.intent.intent; });
    add("subject", [&](const GateAnswer& other) {
      return swapped_text(answer.intent.intent, answer.intent.subject, other.intent.subject);
    });
    add("format", [&](const GateAnswer& other) {
      return swapped_text(answer.intent.intent, answer.intent.format, other.intent.format);
    });
    return out;
  }

 private:
  const GateAnswer& any_of(std::size_t task) {
    const auto& of_task = by_task_[task];
    return answers_[of_task[random_.below(of_task.size())]];
  }
  const std::vector<GateAnswer>& answers_;
  std::map<std::size_t, std::vector<std::size_t>> by_task_;
  RandomStream random_;
};

/// For each answer, what was done to its intent → values; beside "subject" stands "true for subject": the true intent's
/// values where the answer is the one that the subject swap was scored with.
using Scored = std::vector<std::map<std::string, Values>>;
std::string true_for(const std::string& other) { return "true for " + other; }

/// Answers to be scored, and where their values go.
class Questions {
 public:
  void add(const std::string& intent, std::string text, const std::string& task, Values& into) {
    texts_.push_back({intent, std::move(text)});
    tasks_.push_back(task);
    into_.push_back(&into);
  }
  void ask(ScorerSet& scorers) const {
    std::vector<Candidate> answers;
    for (std::size_t i = 0; i < texts_.size(); ++i) answers.push_back({texts_[i].first, texts_[i].second, tasks_[i]});
    const std::vector<Values> values = scorers.score(answers);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (const auto& [name, value] : values[i]) (*into_[i])[name] = value;
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;  ///< intent, answer
  std::vector<std::string> tasks_;
  std::vector<Values*> into_;
};

void score_some(const std::vector<Intents>& intents, const GateAnswers& cases, ScorerSet& plain, ScorerSet& masking,
                Scored& scored) {
  const std::size_t first = scored.size();
  scored.resize(intents.size());
  Questions as_written, without_both;  // for scorers that read the whole answer, and for those that mask
  for (std::size_t i = first; i < intents.size(); ++i) {
    const GateAnswer& answer = cases.answers[i];
    const std::string& task = cases.tasks[answer.task];
    const std::string& own = intents[i].at(truth);
    for (const auto& [what, intent] : intents[i]) {
      as_written.add(intent, answer.text, task, scored[i][what]);
      if (what == truth) {
        without_both.add(own, answer.text, task, scored[i][truth]);
        continue;
      }
      without_both.add(own, data::mask_words(answer.text, intent), task, scored[i][true_for(what)]);
      without_both.add(intent, data::mask_words(answer.text, own), task, scored[i][what]);
    }
  }
  if (plain.size() > 0) as_written.ask(plain);
  if (masking.size() > 0) without_both.ask(masking);
}

Scored score_pairs(const GateAnswers& cases, const GateOptions& options, const Resources& resources,
                   Observer& observer) {
  std::vector<std::string> plain_names, masking_names;
  for (const std::string& name : options.scorers) (masks(name) ? masking_names : plain_names).push_back(name);
  ScorerSet plain(plain_names, resources), masking(masking_names, resources);
  Donors donors(cases.answers, options.seed);
  std::vector<Intents> intents;
  Scored scored;
  while (scored.size() < cases.answers.size()) {
    const std::size_t end = std::min(scored.size() + block, cases.answers.size());
    while (intents.size() < end) intents.push_back(donors.intents_of(cases.answers[intents.size()]));
    score_some(intents, cases, plain, masking, scored);
    observer.progress({"gates", "answers", scored.size(), cases.answers.size(), 0, ""});
    check_stop("stopped while answers were scored against other intents", "run the same command again");
  }
  return scored;
}

/// Pairs of one task and scorer.
struct Sides {
  std::vector<double> positives, negatives;
  std::vector<std::size_t> clusters;
};

/// The figures of one scorer.
class Measuring {
 public:
  Measuring(const GateAnswers& cases, const Scored& scored, const Resamples& resamples, const std::string& scorer)
      : cases_(cases), scored_(scored), resamples_(resamples), scorer_(scorer) {}

  Gate gate() const {
    Gate gate = empty_gate(scorer_, "");
    measure_shuffled(gate);
    measure_swapped(gate);
    const Sides sides = sides_of(shuffled, all_tasks());
    gate.values[truth] = sides.positives;
    gate.values[shuffled] = sides.negatives;
    for (const auto& values : scored_) {
      const auto own = values.at(truth).find(scorer_);
      gate.own.push_back(own == values.at(truth).end() ? nan : own->second);
    }
    return gate;
  }

  static Gate empty_gate(const std::string& scorer, const std::string& why_not) {
    return {scorer, why_not, 0, undefined_estimate, {}, {}, {}, {}, {}};
  }

 private:
  std::size_t all_tasks() const { return cases_.tasks.size(); }

  Sides sides_of(const std::string& other, std::size_t task) const {
    Sides sides;
    for (std::size_t i = 0; i < scored_.size(); ++i) {
      if (cases_.answers[i].task != task && task != all_tasks()) continue;
      const auto found = scored_[i].find(other);
      if (found == scored_[i].end()) continue;
      const Values& own = scored_[i].at(masks(scorer_) ? true_for(other) : truth);
      if (!own.contains(scorer_) || !found->second.contains(scorer_)) continue;  // see Scorer::score
      sides.positives.push_back(own.at(scorer_));
      sides.negatives.push_back(found->second.at(scorer_));
      sides.clusters.push_back(cases_.answers[i].subject);
    }
    return sides;
  }

  void measure_shuffled(Gate& gate) const {
    std::vector<ClusteredAuc> areas;
    std::vector<double> sizes;
    for (std::size_t t = 0; t < cases_.tasks.size(); ++t) {
      const Sides sides = sides_of(shuffled, t);
      if (sides.positives.empty()) continue;
      areas.emplace_back(sides.positives, sides.negatives, sides.clusters);
      sizes.push_back(static_cast<double>(sides.positives.size()));
      gate.answers += sides.positives.size();
      gate.by_task[cases_.tasks[t]] = auc(sides.positives, sides.negatives);
    }
    const auto over_tasks = [&](const std::vector<double>& weights) {
      double sum = 0, total = 0;
      for (std::size_t t = 0; t < areas.size(); ++t) {
        sum += sizes[t] * areas[t](weights);
        total += sizes[t];
      }
      return total > 0 ? sum / total : nan;
    };
    gate.shuffled =
        estimate(over_tasks(std::vector<double>(resamples_.clusters, 1.0)), resampled(resamples_, over_tasks));
  }

  static double win(double positive, double negative) {
    return positive > negative ? 1 : positive == negative ? 0.5 : 0;
  }

  void measure_swapped(Gate& gate) const {
    for (const std::string attribute : {"subject", "format"}) {
      const Sides sides = sides_of(attribute, all_tasks());
      if (sides.positives.empty()) continue;
      std::vector<double> wins;
      for (std::size_t i = 0; i < sides.positives.size(); ++i)
        wins.push_back(win(sides.positives[i], sides.negatives[i]));
      gate.swapped[attribute] = estimate_mean(wins, sides.clusters, resamples_);
      gate.swapped_pairs[attribute] = wins.size();
      gate.values[attribute] = sides.negatives;
    }
  }

  const GateAnswers& cases_;
  const Scored& scored_;
  const Resamples& resamples_;
  const std::string& scorer_;
};

}  // namespace

std::string why_not_again(const std::string& scorer, const Resources& resources) {
  const auto& known = scorer_names();
  if (std::find(known.begin(), known.end(), scorer) == known.end()) return "no scorer of this build makes this value";
  if (!sees_one_intent(scorer)) return "it compares with no single intent";
  const std::string role = model_of(scorer);
  if (!role.empty() && !resources.models.contains(role)) return "no model was named: " + role;
  if (role != "embedder" && !role.empty() && resources.tasks.empty()) return "no task files were named";
  return "";
}

std::string swapped_text(std::string_view intent, std::string_view from, std::string_view to) {
  if (from.empty() || to.empty() || from == to) return "";
  for (auto at = intent.find(from); at != std::string_view::npos; at = intent.find(from, at + 1)) {
    const auto end = at + from.size();
    if (data::are_whole_words(intent, at, end))
      return std::string(intent.substr(0, at)).append(to).append(intent.substr(end));
  }
  return "";
}

std::vector<Gate> measure_gates(const GateAnswers& answers, const GateOptions& options, const Resources& resources,
                                Observer& observer) {
  GateOptions possible = options;
  std::erase_if(possible.scorers, [&](const std::string& name) { return !why_not_again(name, resources).empty(); });
  const Scored scored = possible.scorers.empty() ? Scored() : score_pairs(answers, possible, resources, observer);
  const Resamples resamples =
      draw_resamples(answers.subjects, static_cast<std::size_t>(options.resamples), options.seed);
  std::vector<Gate> gates;
  for (const std::string& scorer : options.scorers) {
    std::string reason = why_not_again(scorer, resources);
    if (reason.empty() && scored.empty()) reason = "no pairs were asked for";
    gates.push_back(reason.empty() ? Measuring(answers, scored, resamples, scorer).gate()
                                   : Measuring::empty_gate(scorer, reason));
  }
  return gates;
}

}  // namespace udrl::score
