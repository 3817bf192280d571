// Ratios and verdicts over paired resamples.
#include "ratio.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace udrl::eval {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double z_95 = 1.6449, z_80 = 0.8416;  // quantiles of the normal distribution

/// f(system, reference, floor) in every resample.
template <class F>
std::vector<double> in_each_draw(const Compared& c, F f) {
  assert(c.system_draws.size() == c.reference_draws.size() && c.system_draws.size() == c.floor_draws.size());
  std::vector<double> out(c.system_draws.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(c.system_draws[i], c.reference_draws[i], c.floor_draws[i]);
  return out;
}

bool reference_beats_floor(const Compared& c) {
  const auto gap = in_each_draw(c, [](double, double reference, double floor) { return reference - floor; });
  return score::estimate(c.reference - c.floor, gap).lower_95 > 0;
}

/// That would decide with a power of 80%, if the excess is what it seems.
double subjects_for(std::size_t subjects, double standard_error, double excess) {
  return std::ceil(static_cast<double>(subjects) * std::pow((z_95 + z_80) * standard_error / excess, 2));
}

}  // namespace

Estimate floor_corrected_ratio(const Compared& c) {
  if (!reference_beats_floor(c)) return {nan, nan, nan, nan, nan};
  const auto ratio = [](double system, double reference, double floor) {
    return reference > floor ? (system - floor) / (reference - floor) : nan;
  };
  return score::estimate(ratio(c.system, c.reference, c.floor), in_each_draw(c, ratio));
}

Estimate raw_ratio(const Compared& c) {
  const auto ratio = [](double system, double reference, double) { return reference > 0 ? system / reference : nan; };
  return score::estimate(ratio(c.system, c.reference, c.floor), in_each_draw(c, ratio));
}

Judgement judge(const Compared& c, double margin, std::size_t subjects) {
  Judgement out{margin, Verdict::undefined, 1, nan};
  if (!reference_beats_floor(c)) return out;
  const auto excess = [margin](double system, double reference, double floor) {
    return (system - floor) - margin * (reference - floor);
  };
  const double value = excess(c.system, c.reference, c.floor);
  const std::vector<double> draws = in_each_draw(c, excess);
  const Estimate e = score::estimate(value, draws);
  const auto not_above = std::count_if(draws.begin(), draws.end(), [](double x) { return !(x > 0); });
  out.p = static_cast<double>(1 + not_above) / static_cast<double>(1 + draws.size());
  out.verdict = e.lower_95 > 0 ? Verdict::pass : e.upper_95 < 0 ? Verdict::fail : Verdict::inconclusive;
  const double standard_error = (e.upper_95 - e.lower_95) / (2 * z_95);
  if (out.verdict == Verdict::inconclusive && value != 0)
    out.subjects_needed = subjects_for(subjects, standard_error, value);
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
