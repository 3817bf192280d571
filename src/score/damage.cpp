// Scoring damaged answers, and what follows for each half.
#include "udrl/score/damage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "damaged_texts.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/base/table.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::score {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t block = 64;  // answers scored at once, each with its variants

/// The values of an answer's variants.
struct VariantValues {
  Halves<double> own, other;
  std::array<Halves<double>, damage_shares.size()> words;
  std::optional<Halves<double>> subject;
  std::vector<double> content_free;  ///< of elaboration
};

/// A value's names by half; the second is missing where it has no masked form.
std::vector<std::string> names_by_half(const std::string& value) {
  if (has_masked_form(value)) return {value, masked_form(value)};
  return {value};
}

/// Texts to be scored, and where their values go, half by half: most texts are damaged for one half alone. A value that
/// did not come is not a number (see Scorer::score).
class Scoring {
 public:
  void add(const Candidate& text, Halves<double>& into) {
    for (const Half half : halves) add(text, half, into[half]);
  }
  void add(const Candidate& text, Half half, double& into) {
    into = nan;
    texts_[half].push_back(text);
    into_[half].push_back(&into);
  }
  /// `scorers` as of names_by_half.
  void run(ScorerSet& scorers) const {
    scorers.begin_batch();
    for (std::size_t i = 0; i < scorers.size(); ++i) run(scorers[i], halves[i]);
  }

 private:
  void run(Scorer& scorer, Half half) const {
    const std::string name = scorer.value_names().front();
    std::vector<Values> values(texts_[half].size());
    scorer.score(texts_[half], values);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const auto found = values[i].find(name); found != values[i].end()) *into_[half][i] = found->second;
  }

  Halves<std::vector<Candidate>> texts_;
  Halves<std::vector<double*>> into_;
};

/// Of the answers from `begin` on, as many as `out` has.
void score_block(std::span<const Variants> variants, const GateAnswers& answers, std::size_t begin, ScorerSet& scorers,
                 std::span<VariantValues> out) {
  Scoring scoring;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variants& texts = variants[i];
    const std::string& intent = answers.answers[begin + i].intent.intent;
    const std::string& task = answers.tasks[answers.answers[begin + i].task];
    VariantValues& into = out[i];
    scoring.add({intent, texts.own, task}, into.own);
    scoring.add({intent, texts.other, task}, into.other);
    for (std::size_t s = 0; s < damage_shares.size(); ++s) scoring.add({intent, texts.words[s], task}, into.words[s]);
    if (!texts.subject.empty()) {
      Halves<double>& values = into.subject.emplace();
      scoring.add({intent, texts.subject, task}, Half::fidelity, values[Half::fidelity]);
      scoring.add({intent, texts.subject_masked, task}, Half::elaboration, values[Half::elaboration]);
    }
    into.content_free.resize(texts.content_free.size());
    for (std::size_t k = 0; k < texts.content_free.size(); ++k)
      scoring.add({intent, texts.content_free[k], task}, Half::elaboration, into.content_free[k]);
  }
  scoring.run(scorers);
}

/// Whether a half's values came, of the answer and of all that was made of it.
bool is_whole(const VariantValues& v, Half half) {
  const auto known = [half](const Halves<double>& values) { return std::isfinite(values[half]); };
  const bool has_zero = half != Half::elaboration || std::all_of(v.content_free.begin(), v.content_free.end(),
                                                                 [](double value) { return std::isfinite(value); });
  return has_zero && known(v.own) && known(v.other) && std::all_of(v.words.begin(), v.words.end(), known) &&
         (!v.subject || known(*v.subject));
}

/// Means over some answers of a task, resampled alike.
class Sample {
 public:
  Sample(const GateAnswers& answers, const std::vector<VariantValues>& values, const Resamples& resamples,
         std::vector<std::size_t> chosen)
      : values_(values), resamples_(resamples), chosen_(std::move(chosen)) {
    for (const std::size_t i : chosen_) clusters_.push_back(answers.answers[i].subject);
  }

  std::size_t size() const { return chosen_.size(); }

  template <class F>
  double mean(F value_of) const {
    return score::mean(column(value_of));
  }

  /// The mean of the first less that of the second.
  template <class F, class G>
  Estimate difference(F first, G second) const {
    return estimate_mean(column([&](const VariantValues& v) { return first(v) - second(v); }), clusters_, resamples_);
  }

  /// (damaged − zero) / (undamaged − zero).
  template <class F, class G, class Z>
  Estimate ratio(F damaged, G undamaged, Z zero) const {
    const auto above = [&](auto value_of) {
      const std::vector<double> values = column([&](const VariantValues& v) { return value_of(v) - zero(v); });
      return make_column(values, clusters_, resamples_.clusters);
    };
    return estimate_share(above(damaged), above(undamaged), resamples_);
  }

  Sample only(auto fits) const {
    Sample out = *this;
    out.chosen_.clear(), out.clusters_.clear();
    for (std::size_t k = 0; k < chosen_.size(); ++k) {
      if (!fits(values_[chosen_[k]])) continue;
      out.chosen_.push_back(chosen_[k]);
      out.clusters_.push_back(clusters_[k]);
    }
    return out;
  }

 private:
  template <class F>
  std::vector<double> column(F value_of) const {
    std::vector<double> out;
    for (const std::size_t i : chosen_) out.push_back(value_of(values_[i]));
    return out;
  }

  const std::vector<VariantValues>& values_;
  const Resamples& resamples_;
  std::vector<std::size_t> chosen_, clusters_;
};

/// The kind of content-free text that scores best.
std::size_t best_content_free(const Sample& sample, std::size_t kinds) {
  std::size_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < kinds; ++k) {
    const double mean = sample.mean([k](const VariantValues& v) { return v.content_free[k]; });
    if (mean <= most) continue;
    most = mean;
    best = k;
  }
  return best;
}

std::string left(const Estimate& e) { return fixed(e.value, 2) + " of it is left"; }

/// Why a half is not valid; "" where it is. The undamaged answers come first: without them no ratio means anything.
std::string why_no_fidelity(const TaskDamage& d) {
  const Estimate& words = d.words.back()[Half::fidelity];
  const double lost = 1 - d.words.back()[Half::elaboration].value;
  if (!std::isfinite(words.value)) return "the teacher’s own answers are not above another intent’s";
  if (d.with_subject < fewest_damaged) return "fewer than 20 answers name their subject";
  if (!(d.subject[Half::fidelity].value < most_fidelity_left))
    return "with the subject exchanged " + left(d.subject[Half::fidelity]) + ", less than 0.50 wanted";
  if (std::isfinite(lost) && !(1 - words.value < most_fidelity_lost * lost))
    return "with its own content words exchanged it loses " + fixed(1 - words.value, 2) +
           ", less than a third of the " + fixed(lost, 2) + " that elaboration loses wanted";
  return "";
}

std::string why_no_elaboration(const TaskDamage& d) {
  const Estimate& words = d.words.back()[Half::elaboration];
  if (!std::isfinite(words.value)) return "the teacher’s own answers are not above content-free ones";
  for (std::size_t s = 0; s < damage_shares.size(); ++s)
    if (!(d.steps[s].lower_95 > 0))
      return "it does not fall surely up to " + fixed(100 * damage_shares[s], 0) +
             "% of the own content words exchanged";
  if (!(words.value <= most_elaboration_left))
    return "with all own content words exchanged " + left(words) + ", at most 0.15 wanted";
  const Estimate &fidelity = d.subject[Half::fidelity], &elaboration = d.subject[Half::elaboration];
  if (d.with_subject >= fewest_damaged && std::isfinite(fidelity.value) && !(elaboration.value > fidelity.value))
    return "with the subject exchanged it loses more than fidelity";
  return "";
}

/// The half of every kind of damage, counted from its zero.
void measure_half(TaskDamage& d, Half half, const Sample& sample, const Sample& naming, std::size_t kind) {
  const auto own = [half](const VariantValues& v) { return v.own[half]; };
  const auto zero = [half, kind](const VariantValues& v) {
    return half == Half::fidelity ? v.other[half] : v.content_free[kind];
  };
  d.undamaged[half] = sample.mean(own);
  d.zero[half] = sample.mean(zero);
  for (std::size_t s = 0; s < damage_shares.size(); ++s)
    d.words[s][half] = sample.ratio([half, s](const VariantValues& v) { return v.words[s][half]; }, own, zero);
  if (d.with_subject >= fewest_damaged)
    d.subject[half] = naming.ratio([half](const VariantValues& v) { return (*v.subject)[half]; }, own, zero);
}

void measure_steps(TaskDamage& d, const Sample& sample) {
  const auto at = [](std::size_t share) {
    return [share](const VariantValues& v) {
      return share == 0 ? v.own[Half::elaboration] : v.words[share - 1][Half::elaboration];
    };
  };
  for (std::size_t s = 0; s < damage_shares.size(); ++s) d.steps[s] = sample.difference(at(s), at(s + 1));
}

/// Nothing is known yet.
TaskDamage empty_damage(const std::string& task) {
  TaskDamage d;
  d.task = task;
  for (auto& words : d.words) words.of.fill(undefined_estimate);
  d.subject.of.fill(undefined_estimate);
  d.steps.fill(undefined_estimate);
  d.undamaged.of.fill(nan), d.zero.of.fill(nan);
  return d;
}

TaskDamage damage_of(const std::string& task, const Sample& all, std::size_t kinds, bool has_elaboration) {
  TaskDamage d = empty_damage(task);
  const Sample sample = all.only([&](const VariantValues& v) {
    return is_whole(v, Half::fidelity) && (!has_elaboration || is_whole(v, Half::elaboration));
  });
  d.answers = sample.size();
  if (d.answers < fewest_damaged) {
    for (const Half half : halves) d.why_not[half] = "fewer than 20 answers of the task";
    return d;
  }
  const Sample naming = sample.only([](const VariantValues& v) { return v.subject.has_value(); });
  d.with_subject = naming.size();
  const std::size_t kind = best_content_free(sample, kinds);
  if (has_elaboration) {
    measure_half(d, Half::elaboration, sample, naming, kind);
    measure_steps(d, sample);
  }
  measure_half(d, Half::fidelity, sample, naming, kind);
  d.why_not[Half::fidelity] = why_no_fidelity(d);
  d.why_not[Half::elaboration] = has_elaboration ? why_no_elaboration(d) : "it has no form that masks the intent";
  return d;
}

std::string why_not(const GateAnswers& answers, const std::string& value, const Resources& resources) {
  if (const std::string why = why_not_again(value, resources); !why.empty()) return why;
  const bool has_zero = std::all_of(answers.answers.begin(), answers.answers.end(), [&](const GateAnswer& a) {
    return !a.content_free.empty() && a.content_free.size() == answers.answers.front().content_free.size();
  });
  return has_zero ? "" : "no content-free answers to count from";
}

}  // namespace

Damage measure_damage(const GateAnswers& answers, const std::string& value, const DamageOptions& options,
                      const Resources& resources, Observer& observer) {
  Damage out{value, why_not(answers, value, resources), {}};
  if (!out.why_not.empty()) return out;
  ScorerSet scorers(names_by_half(value), resources);
  Damaging damaging(answers, options.seed);
  std::vector<VariantValues> values(answers.answers.size());
  for (std::size_t begin = 0; begin < values.size(); begin += block) {
    const std::size_t end = std::min(begin + block, values.size());
    std::vector<Variants> variants;
    for (std::size_t i = begin; i < end; ++i) variants.push_back(damaging.variants_of(i));
    score_block(variants, answers, begin, scorers, std::span(values).subspan(begin, end - begin));
    observer.progress({"damage", "answers", end, values.size(), 0, value});
    check_stop("stopped while damaged answers were scored", "run the same command again");
  }
  const Resamples resamples =
      draw_resamples(answers.subjects, static_cast<std::size_t>(options.resamples), options.seed);
  for (std::size_t task = 0; task < answers.tasks.size(); ++task) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (answers.answers[i].task == task) chosen.push_back(i);
    const std::size_t kinds = values.empty() ? 0 : values.front().content_free.size();
    out.tasks.push_back(damage_of(answers.tasks[task], Sample(answers, values, resamples, std::move(chosen)), kinds,
                                  has_masked_form(value)));
  }
  return out;
}

double smallest_share_told(std::span<const double> own, std::span<const double> others,
                           std::span<const std::size_t> cluster_of, const Resamples& resamples, std::uint64_t seed) {
  constexpr double first = 0.002, step = 1.15;
  RandomStream random(seed, "replaced answers");
  std::vector<double> places;  // an answer is replaced from this share on: larger shares replace the same and more
  for (std::size_t i = 0; i < own.size(); ++i) places.push_back(random.uniform());
  const auto is_told = [&](double share) {
    std::vector<double> change;
    for (std::size_t i = 0; i < own.size(); ++i) change.push_back(places[i] < share ? others[i] - own[i] : 0.0);
    return estimate_mean(change, cluster_of, resamples).upper_95 < 0;
  };
  double smallest = 1;
  for (double share = 1; share >= first; share /= step) {  // from the top, so that all above are told too
    if (!is_told(share)) break;
    smallest = share;
  }
  return is_told(1) ? smallest : 1;
}

}  // namespace udrl::score
