// Is a row as varied as another one? Ratios of figures of a whole set of answers, with intervals from half samples of
// the subjects: a bootstrap repeats answers, and a repeated answer is no sign of a want of variety. Not for: the
// figures themselves (score/diversity.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measure/measure.hpp"
#include "ratio.hpp"

namespace udrl::eval {

/// Against a reference row, both over as many answers cut to as many words.
struct DiversityRatio {
  std::string reference;
  Estimate distinct_2{}, spread{};
  std::vector<Judgement> at{};    ///< of the ratio that decides, for each margin: both must be above it
  std::vector<bool> by_spread{};  ///< whether that is `spread`
};

/// Estimates of a mean from half samples have the variance of the whole (the delete-half jackknife: Shao and Wu, 1989),
/// so that value ± z · deviation is an interval.
Estimate from_half_samples(double value, const std::vector<double>& figures);

/// Which answers of the main part belong to each of `half_samples`: [sample][case], by subject.
std::vector<std::vector<bool>> half_samples(const CaseSet& set, std::uint64_t seed);

/// `row` and `reference` with their spreads measured (`half_spreads`); without them `spread` is undefined and decides
/// nothing. `margins` as of the verdict.
DiversityRatio diversity_ratio(const MeasuredRow& row, const MeasuredRow& reference, const CaseSet& set,
                               int at_most_words, const std::vector<double>& margins, std::uint64_t seed);

}  // namespace udrl::eval
