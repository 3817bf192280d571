// Making pairs, scoring them again, and the figures of the gates.
#include "doctor_pairs.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <utility>

#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"
#include "udrl/distill/returns.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {
namespace {

using score::Estimate, score::Resamples;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t block = 128;  // answers scored at once, each with its intents
constexpr int tries = 50;           // to find another record that fits
const std::string truth = "true", shuffled = "shuffled";

/// An answer's intents by what was done to them: "true", "shuffled", "subject", "format".
using Intents = std::map<std::string, std::string>;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; }

/// Picks other records of the same task.
class Donors {
 public:
  Donors(const std::vector<PairSource>& sources, std::uint64_t seed) : sources_(sources), random_(seed, "pairs") {
    for (std::size_t i = 0; i < sources.size(); ++i) by_task_[sources[i].task].push_back(i);
  }

  Intents intents_of(const PairSource& source) {
    Intents out{{truth, source.intent.intent}};
    const auto add = [&](const std::string& what, auto make) {
      for (int i = 0; i < tries; ++i) {
        const std::string text = make(any_of(source.task));
        if (text.empty() || text == source.intent.intent) continue;
        out[what] = text;
        return;
      }
    };
    add(shuffled, [&](const PairSource& other) { return other.subject == source.subject ? "" : other.intent.intent; });
    add("subject", [&](const PairSource& other) {
      return swapped_text(source.intent.intent, source.intent.subject, other.intent.subject);
    });
    add("format", [&](const PairSource& other) {
      return swapped_text(source.intent.intent, source.intent.format, other.intent.format);
    });
    return out;
  }

 private:
  const PairSource& any_of(std::size_t task) {
    const auto& of_task = by_task_[task];
    return sources_[of_task[random_.below(of_task.size())]];
  }
  const std::vector<PairSource>& sources_;
  std::map<std::size_t, std::vector<std::size_t>> by_task_;
  RandomStream random_;
};

std::string why_not(const std::string& scorer, const score::Resources& resources) {
  const auto& known = score::scorer_names();
  if (std::find(known.begin(), known.end(), scorer) == known.end()) return "no scorer of this build makes this value";
  if (!score::sees_one_intent(scorer)) return "it compares with no single intent";
  const std::string role = score::model_of(scorer);
  if (!role.empty() && !resources.models.contains(role)) return "no model was named: " + role;
  if (role != "embedder" && !role.empty() && resources.tasks.empty()) return "no task files were named";
  return "";
}

/// For each source, what was done to its intent → values; beside "subject" stands "true for subject": the true intent's
/// values where the answer is the one that the subject swap was scored with.
using Scored = std::vector<std::map<std::string, score::Values>>;
std::string true_for(const std::string& other) { return "true for " + other; }

/// Answers to be scored, and where their values go.
class Questions {
 public:
  void add(const std::string& intent, std::string prompt, const std::string& task, score::Values& into) {
    texts_.push_back({intent, std::move(prompt)});
    tasks_.push_back(task);
    into_.push_back(&into);
  }
  void ask(score::ScorerSet& scorers) const {
    std::vector<score::Answer> answers;
    for (std::size_t i = 0; i < texts_.size(); ++i) answers.push_back({texts_[i].first, texts_[i].second, tasks_[i]});
    const std::vector<score::Values> values = scorers.score(answers);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (const auto& [name, value] : values[i]) (*into_[i])[name] = value;
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;  ///< intent, prompt
  std::vector<std::string> tasks_;
  std::vector<score::Values*> into_;
};

/// A scorer that masks takes its own intent's words out of the answer. Were that all, the other intent would meet the
/// whole answer and the true one a holey one: so both meet the answer without the words of either.
void score_some(const std::vector<Intents>& intents, const DoctorCases& cases, score::ScorerSet& plain,
                score::ScorerSet& masking, Scored& scored) {
  const std::size_t first = scored.size();
  scored.resize(intents.size());
  Questions as_written, without_both;  // for scorers that read the whole answer, and for those that mask
  for (std::size_t i = first; i < intents.size(); ++i) {
    const PairSource& source = cases.sources[i];
    const std::string& task = cases.tasks[source.task];
    const std::string& own = intents[i].at(truth);
    for (const auto& [what, intent] : intents[i]) {
      as_written.add(intent, source.prompt, task, scored[i][what]);
      if (what == truth) {
        without_both.add(own, source.prompt, task, scored[i][truth]);
        continue;
      }
      without_both.add(own, data::mask_words(source.prompt, intent), task, scored[i][true_for(what)]);
      without_both.add(intent, data::mask_words(source.prompt, own), task, scored[i][what]);
    }
  }
  if (plain.size() > 0) as_written.ask(plain);
  if (masking.size() > 0) without_both.ask(masking);
}

Scored score_pairs(const DoctorCases& cases, const std::vector<std::string>& names, const score::Resources& resources,
                   std::uint64_t seed, Observer& observer) {
  std::vector<std::string> plain_names, masking_names;
  for (const std::string& name : names) (score::masks(name) ? masking_names : plain_names).push_back(name);
  score::ScorerSet plain(plain_names, resources), masking(masking_names, resources);
  Donors donors(cases.sources, seed);
  std::vector<Intents> intents;
  Scored scored;
  while (scored.size() < cases.sources.size()) {
    const std::size_t end = std::min(scored.size() + block, cases.sources.size());
    while (intents.size() < end) intents.push_back(donors.intents_of(cases.sources[intents.size()]));
    score_some(intents, cases, plain, masking, scored);
    observer.progress({"doctor: pairs", "answers", scored.size(), cases.sources.size(), 0, ""});
    check_stop("the examination was stopped while scoring pairs", "run the same command again");
  }
  return scored;
}

/// Pairs of one task and scorer.
struct Sides {
  std::vector<double> positives, negatives;
  std::vector<std::size_t> clusters;
};

/// `task`: all where it is not given.
Sides sides_of(const DoctorCases& cases, const Scored& scored, const std::string& scorer, const std::string& other,
               std::size_t task) {
  Sides sides;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (cases.sources[i].task != task && task != cases.tasks.size()) continue;
    const auto found = scored[i].find(other);
    if (found == scored[i].end()) continue;
    sides.positives.push_back(scored[i].at(score::masks(scorer) ? true_for(other) : truth).at(scorer));
    sides.negatives.push_back(found->second.at(scorer));
    sides.clusters.push_back(cases.sources[i].subject);
  }
  return sides;
}

std::vector<double> weights_of(const Resamples& resamples, std::size_t draw) {
  std::vector<double> weights(resamples.clusters, 0.0);
  for (std::size_t i = 0; i < resamples.clusters; ++i) weights[resamples.indices[draw * resamples.clusters + i]] += 1;
  return weights;
}

/// Fills `shuffled`, `by_task` and `answers`.
void measure_shuffled(const DoctorCases& cases, const Scored& scored, const Resamples& resamples, Gate& gate) {
  std::vector<score::ClusteredAuc> areas;
  std::vector<double> sizes;
  for (std::size_t t = 0; t < cases.tasks.size(); ++t) {
    const Sides sides = sides_of(cases, scored, gate.scorer, shuffled, t);
    if (sides.positives.empty()) continue;
    areas.emplace_back(sides.positives, sides.negatives, sides.clusters);
    sizes.push_back(static_cast<double>(sides.positives.size()));
    gate.answers += sides.positives.size();
    gate.by_task[cases.tasks[t]] = score::auc(sides.positives, sides.negatives);
  }
  const auto over_tasks = [&](const std::vector<double>& weights) {
    double sum = 0, total = 0;
    for (std::size_t t = 0; t < areas.size(); ++t) {
      sum += sizes[t] * areas[t](weights);
      total += sizes[t];
    }
    return total > 0 ? sum / total : nan;
  };
  std::vector<double> draws;
  for (std::size_t d = 0; d < resamples.draws(); ++d) draws.push_back(over_tasks(weights_of(resamples, d)));
  gate.shuffled = score::estimate(over_tasks(std::vector<double>(resamples.clusters, 1.0)), draws);
}

double win(double positive, double negative) { return positive > negative ? 1 : positive == negative ? 0.5 : 0; }

void measure_swapped(const DoctorCases& cases, const Scored& scored, const Resamples& resamples, Gate& gate) {
  for (const std::string attribute : {"subject", "format"}) {
    const Sides sides = sides_of(cases, scored, gate.scorer, attribute, cases.tasks.size());
    if (sides.positives.empty()) continue;
    std::vector<double> wins;
    for (std::size_t i = 0; i < sides.positives.size(); ++i)
      wins.push_back(win(sides.positives[i], sides.negatives[i]));
    const score::Column column = score::make_column(wins, sides.clusters, resamples.clusters);
    gate.swapped[attribute] = score::estimate(column.mean(), score::resampled_means(column, resamples));
    gate.swapped_pairs[attribute] = wins.size();
    gate.values[attribute] = sides.negatives;
  }
}

/// In standard deviations of the recorded values; nothing where those are all alike.
double recorded_difference(const DoctorCases& cases, const Scored& scored, const std::string& scorer) {
  std::vector<double> recorded, distances;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    recorded.push_back(cases.sources[i].scores.at(scorer));
    distances.push_back(std::abs(recorded.back() - scored[i].at(truth).at(scorer)));
  }
  const double deviation = moments_of(recorded).deviation;
  return deviation > 0 ? score::quantile(std::move(distances), 0.5) / deviation : 0;
}

Gate gate_of(const DoctorCases& cases, const Scored& scored, const Resamples& resamples, const std::string& scorer) {
  Gate gate{scorer, "", 0, {nan, nan, nan, nan, nan}, {}, {}, {}, {}, 0};
  measure_shuffled(cases, scored, resamples, gate);
  measure_swapped(cases, scored, resamples, gate);
  const Sides sides = sides_of(cases, scored, scorer, shuffled, cases.tasks.size());
  gate.values[truth] = sides.positives;
  gate.values[shuffled] = sides.negatives;
  gate.recorded_difference = recorded_difference(cases, scored, scorer);
  return gate;
}

}  // namespace

std::string swapped_text(std::string_view intent, std::string_view from, std::string_view to) {
  if (from.empty() || to.empty() || from == to) return "";
  for (auto at = intent.find(from); at != std::string_view::npos; at = intent.find(from, at + 1)) {
    const auto end = at + from.size();
    const bool begins = at == 0 || !is_word(intent[at - 1]), ends = end == intent.size() || !is_word(intent[end]);
    if (begins && ends) return std::string(intent.substr(0, at)).append(to).append(intent.substr(end));
  }
  return "";
}

std::vector<Gate> measure_gates(const DoctorCases& cases, const Resamples& resamples, const score::Resources& resources,
                                std::uint64_t seed, Observer& observer) {
  std::vector<std::string> again;
  for (const std::string& scorer : cases.scorers)
    if (why_not(scorer, resources).empty()) again.push_back(scorer);
  const Scored scored = again.empty() ? Scored() : score_pairs(cases, again, resources, seed, observer);
  std::vector<Gate> gates;
  for (const std::string& scorer : cases.scorers) {
    const std::string reason =
        scored.empty() && why_not(scorer, resources).empty() ? "no pairs were asked for" : why_not(scorer, resources);
    if (reason.empty()) gates.push_back(gate_of(cases, scored, resamples, scorer));
    else gates.push_back({scorer, reason, 0, {nan, nan, nan, nan, nan}, {}, {}, {}, {}, 0});
  }
  return gates;
}

}  // namespace udrl::distill
