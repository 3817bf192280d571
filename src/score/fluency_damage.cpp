// Reading damaged answers, and what follows.
#include "udrl/score/fluency_damage.hpp"

#include <cmath>

#include "damaged_texts.hpp"
#include "udrl/base/random.hpp"
#include "udrl/base/table.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::score {
namespace {

/// One column for each kind of damage, over all answers.
template <class T>
struct Columns {
  std::vector<T> own, exchanged;
  std::array<std::vector<T>, shuffled_shares.size()> shuffled;
};
using Texts = Columns<std::string>;
using Read = Columns<double>;

Texts damaged_texts(const GateAnswers& answers, std::uint64_t seed) {
  Texts out;
  Damaging damaging(answers, seed);
  for (std::size_t i = 0; i < answers.answers.size(); ++i) {
    const Variants variants = damaging.variants_of(i);
    out.own.push_back(variants.own);
    out.exchanged.push_back(variants.words.back().empty() ? variants.own : variants.words.back());
    for (std::size_t s = 0; s < shuffled_shares.size(); ++s)
      out.shuffled[s].push_back(with_words_shuffled(variants.own, shuffled_shares[s],
                                                    RandomStream(seed, "shuffled words/" + std::to_string(i))));
  }
  return out;
}

void add_column(const std::vector<std::string>& texts, const GateAnswers& answers, std::vector<Candidate>& to) {
  for (std::size_t i = 0; i < texts.size(); ++i)
    to.push_back({answers.answers[i].intent.intent, texts[i], answers.tasks[answers.answers[i].task]});
}

/// All in one go.
Read read_all(const Texts& texts, const GateAnswers& answers, const ReadFluency& read) {
  std::vector<Candidate> candidates;
  add_column(texts.own, answers, candidates);
  add_column(texts.exchanged, answers, candidates);
  for (const std::vector<std::string>& shuffled : texts.shuffled) add_column(shuffled, answers, candidates);
  const std::vector<double> values = read(candidates);
  auto next = values.begin();
  const auto column = [&] {
    const auto begin = next;
    return std::vector<double>(begin, next += static_cast<std::ptrdiff_t>(answers.answers.size()));
  };
  Read out{column(), column(), {}};
  for (std::vector<double>& shuffled : out.shuffled) shuffled = column();
  return out;
}

/// The values of one task's answers.
std::vector<double> chosen(const std::vector<double>& column, const std::vector<std::size_t>& places) {
  std::vector<double> out;
  for (const std::size_t i : places) out.push_back(column[i]);
  return out;
}

/// Columns of one task's values, resampled alike.
class Sample {
 public:
  Sample(std::vector<std::size_t> clusters, const Resamples& resamples)
      : clusters_(std::move(clusters)), resamples_(resamples) {}

  /// mean(damaged) / mean(own)
  Estimate left(const std::vector<double>& damaged, const std::vector<double>& own) const {
    const auto column = [&](const std::vector<double>& values) {
      return make_column(values, clusters_, resamples_.clusters);
    };
    return estimate_share(column(damaged), column(own), resamples_);
  }

  Estimate lost(const std::vector<double>& from, const std::vector<double>& to) const {
    std::vector<double> losses;
    for (std::size_t i = 0; i < from.size(); ++i) losses.push_back(from[i] - to[i]);
    return estimate_mean(losses, clusters_, resamples_);
  }

 private:
  std::vector<std::size_t> clusters_;
  const Resamples& resamples_;
};

std::string why_not(const FluencyDamage& d) {
  if (d.answers < fewest_damaged) return "fewer than 20 answers of the task";
  if (!std::isfinite(d.exchanged.value)) return "the teacher’s own order of words is no likelier than another";
  for (std::size_t s = 0; s < shuffled_shares.size(); ++s)
    if (!(d.steps[s].lower_95 > 0))
      return "it does not fall surely up to " + fixed(100 * shuffled_shares[s], 0) + "% of the words shuffled";
  if (!(d.exchanging.lower_95 > 0)) return "it does not fall surely with the own content words exchanged";
  return "";
}

/// Nothing is known yet.
FluencyDamage empty_damage(const std::string& task, std::size_t answers) {
  FluencyDamage d;
  d.task = task;
  d.answers = answers;
  d.undamaged = not_a_number;
  d.shuffled.fill(undefined_estimate), d.steps.fill(undefined_estimate);
  d.exchanged = d.exchanging = undefined_estimate;
  return d;
}

/// Of the answers at `places`.
void measure(FluencyDamage& d, const Read& read, const std::vector<std::size_t>& places, const Sample& sample) {
  const std::vector<double> own = chosen(read.own, places), exchanged = chosen(read.exchanged, places);
  d.undamaged = mean(own);
  d.exchanged = sample.left(exchanged, own);
  d.exchanging = sample.lost(own, exchanged);
  std::vector<double> before = own;
  for (std::size_t s = 0; s < shuffled_shares.size(); ++s) {
    std::vector<double> after = chosen(read.shuffled[s], places);
    d.shuffled[s] = sample.left(after, own);
    d.steps[s] = sample.lost(before, after);
    before = std::move(after);
  }
}

}  // namespace

std::vector<FluencyDamage> measure_fluency_damage(const GateAnswers& answers, const DamageOptions& options,
                                                  const ReadFluency& read) {
  const Read values = read_all(damaged_texts(answers, options.seed), answers, read);
  const Resamples resamples =
      draw_resamples(answers.subjects, static_cast<std::size_t>(options.resamples), options.seed);
  std::vector<FluencyDamage> out;
  for (std::size_t task = 0; task < answers.tasks.size(); ++task) {
    std::vector<std::size_t> places, clusters;
    for (std::size_t i = 0; i < answers.answers.size(); ++i) {
      if (answers.answers[i].task != task) continue;
      places.push_back(i);
      clusters.push_back(answers.answers[i].subject);
    }
    FluencyDamage& d = out.emplace_back(empty_damage(answers.tasks[task], places.size()));
    if (d.answers >= fewest_damaged) measure(d, values, places, Sample(clusters, resamples));
    d.why_not = why_not(d);
  }
  return out;
}

}  // namespace udrl::score
