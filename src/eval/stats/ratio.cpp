// Ratios and verdicts over paired resamples.
#include "ratio.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "udrl/score/expanded.hpp"

namespace udrl::eval {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double z_95 = 1.6449, z_80 = 0.8416;  // quantiles of the normal distribution

bool reference_beats_floor(const Compared& c) {
  return combine({{1, &c.reference}, {-1, &c.floor}}).estimate().lower_95 > 0;
}

/// That would decide with a power of 80%, if the excess is what it seems.
double subjects_for(std::size_t subjects, double standard_error, double excess) {
  return std::ceil(static_cast<double>(subjects) * std::pow((z_95 + z_80) * standard_error / excess, 2));
}

}  // namespace

Estimate Resampled::estimate() const { return score::estimate_expanded(value, draws, subjects); }

Resampled resampled_mean(const score::Column& column, const score::Resamples& resamples) {
  return {column.mean(), score::resampled_means(column, resamples), resamples.clusters};
}

Resampled combine(const std::vector<std::pair<double, const Resampled*>>& terms) {
  const Resampled& any = *terms.front().second;
  Resampled out{0, std::vector<double>(any.draws.size()), any.subjects};
  for (const auto& [factor, term] : terms) {
    assert(term->draws.size() == out.draws.size());
    out.value += factor * term->value;
    for (std::size_t i = 0; i < out.draws.size(); ++i) out.draws[i] += factor * term->draws[i];
  }
  return out;
}

Resampled share_of(const Resampled& part, const Resampled& whole) {
  const auto share = [](double x, double of) { return of > 0 ? x / of : nan; };
  Resampled out{share(part.value, whole.value), part.draws, part.subjects};
  for (std::size_t i = 0; i < out.draws.size(); ++i) out.draws[i] = share(part.draws[i], whole.draws[i]);
  return out;
}

Estimate floor_corrected_ratio(const Compared& c) {
  if (!reference_beats_floor(c)) return score::undefined_estimate;
  return share_of(combine({{1, &c.system}, {-1, &c.floor}}), combine({{1, &c.reference}, {-1, &c.floor}})).estimate();
}

Judgement judge(const Compared& c, double margin) {
  Judgement out{margin, Verdict::undefined, 1, nan};
  if (!reference_beats_floor(c)) return out;
  const Resampled excess = combine({{1, &c.system}, {-margin, &c.reference}, {margin - 1, &c.floor}});
  const Estimate e = excess.estimate();
  out.p = score::expanded_p_value(0, excess.draws, excess.subjects);
  out.verdict = e.lower_95 > 0 ? Verdict::pass : e.upper_95 < 0 ? Verdict::fail : Verdict::inconclusive;
  const double standard_error = (e.upper_95 - e.lower_95) / (2 * z_95);
  if (out.verdict == Verdict::inconclusive && excess.value != 0)
    out.subjects_needed = subjects_for(excess.subjects, standard_error, excess.value);
  return out;
}

Judgement judge_estimate(const Estimate& e, double margin, std::size_t subjects) {
  Judgement out{margin, Verdict::undefined, 1, nan};
  if (!std::isfinite(e.value) || !std::isfinite(e.lower_95)) return out;
  out.verdict = e.lower_95 > margin ? Verdict::pass : e.upper_95 < margin ? Verdict::fail : Verdict::inconclusive;
  const double standard_error = (e.upper_95 - e.lower_95) / (2 * z_95), excess = e.value - margin;
  out.p = standard_error > 0 ? 0.5 * std::erfc(excess / standard_error / std::sqrt(2.0)) : (excess > 0 ? 0.0 : 1.0);
  if (out.verdict == Verdict::inconclusive && excess != 0)
    out.subjects_needed = subjects_for(subjects, standard_error, excess);
  return out;
}

void correct_family(std::vector<Judgement*>& family) {
  std::vector<double> p;
  for (const Judgement* one : family) p.push_back(one->p);
  const std::vector<double> adjusted = score::holm(p);
  for (std::size_t i = 0; i < family.size(); ++i)
    if (family[i]->verdict == Verdict::pass && adjusted[i] > 0.05) family[i]->verdict = Verdict::inconclusive;
}

}  // namespace udrl::eval
