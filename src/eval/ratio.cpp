// Ratios and verdicts over paired resamples.
#include "udrl/eval/ratio.hpp"

#include <cassert>
#include <limits>

namespace udrl::eval {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

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

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "PASS";
    case Verdict::fail: return "FAIL";
    case Verdict::inconclusive: return "INCONCLUSIVE";
    case Verdict::withheld: return "WITHHELD";
    case Verdict::undefined: break;
  }
  return "UNDEFINED";
}

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

Verdict decide(const Compared& c, double margin) {
  if (!reference_beats_floor(c)) return Verdict::undefined;
  const auto excess = [margin](double system, double reference, double floor) {
    return (system - floor) - margin * (reference - floor);
  };
  const Estimate e = score::estimate(excess(c.system, c.reference, c.floor), in_each_draw(c, excess));
  if (e.lower_95 > 0) return Verdict::pass;
  if (e.upper_95 < 0) return Verdict::fail;
  return Verdict::inconclusive;
}

}  // namespace udrl::eval
