// Figures over the draws of intents: one function a question. Not for: gates (score/gates.hpp).
#pragma once

#include "findings.hpp"

namespace udrl::inspect {

/// Columns, standardised within tasks, and the means over groups that a bootstrap over subjects has.
class Examination {
 public:
  Examination(const DoctorOptions& options, const DoctorCases& cases, const score::Resamples& resamples);

  std::vector<Agreement> agreements() const;
  std::vector<Effect> effects() const;
  std::vector<Spread> spreads() const;
  std::vector<FewDraws> few_draws() const;
  std::vector<BestOf> best_of_n() const;
  /// By each scorer, and by the mean of those in `judges` that are independent of the label.
  std::vector<Expected> expected(const std::vector<std::string>& judges) const;

 private:
  using Column = std::vector<double>;
  score::Estimate over_groups(const std::vector<score::GroupFigure>& figures) const;
  std::vector<std::size_t> deep_or_all() const;
  FewDraws few_draws_of(std::size_t scorer, std::size_t n) const;
  BestOf best_of(std::size_t selecting, std::size_t judging, std::size_t n) const;
  Expected expect(std::size_t label, const std::string& judge, const Column& z, const Column& raw) const;
  Column mean_of_independent(std::size_t label, const std::vector<std::string>& judges) const;

  const DoctorOptions& options_;
  const DoctorCases& cases_;
  const score::Resamples& resamples_;
  std::vector<Column> z_;  ///< by scorer: standardised within the task
};

}  // namespace udrl::inspect
