// The curve of asked against achieved, and what it comes to.
#include "compare_returns.hpp"

#include <algorithm>
#include <cmath>

#include "measure/steering.hpp"

namespace udrl::eval {

using score::Resamples, score::draw_resamples, score::mean;

namespace {

class SteeringFigures {
 public:
  SteeringFigures(const Results& results, const CompareOptions& options)
      : results_(results),
        resamples_(draw_resamples(results.set.main().subjects.size(), options.draws, options.seed)) {}

  void fill(ReturnSteering& steering) {
    const std::string& student = results_.measured.front().row.system;  // another one may mean another return
    const auto obeys = [&](const Row& row) {                            // the best of several obeys who chooses, too
      return row.kind == RowKind::student && row.in_tables() && row.system == student && row.best_of == 1;
    };
    for (const MeasuredRow& row : results_.measured)
      if (obeys(row.row)) add(row, steering);
    std::stable_sort(steering.points.begin(), steering.points.end(),
                     [](const auto& a, const auto& b) { return a.asked < b.asked; });
    steering.answers = static_cast<int>(asked_.size());
    if (asked_.empty()) return;
    steering.rank_correlation = score::spearman(asked_, achieved_);
    double exact = 0, error = 0;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      exact += bins_[i] == asked_[i] ? 1 : 0;
      error += std::abs(bins_[i] - asked_[i]);
    }
    steering.exact = exact / static_cast<double>(asked_.size());
    steering.mean_absolute_error = error / static_cast<double>(asked_.size());
  }

 private:
  void add(const MeasuredRow& row, ReturnSteering& steering) {
    std::vector<double> values, asked;
    std::vector<std::size_t> clusters;
    for (std::size_t i = 0; i < row.answers.size(); ++i) {
      const Measured& m = row.answers[i];
      if (results_.set.cases[i].part != 0 || !m.achieved || !m.answer.asked_return) continue;
      values.push_back(*m.achieved);
      asked.push_back(*m.answer.asked_return);
      bins_.push_back(bin_of_percentile(*m.achieved, steering.bins));
      clusters.push_back(results_.set.cases[i].cluster);
    }
    if (values.empty()) return;
    steering.points.push_back({row.row.name, mean(asked), score::estimate_mean(values, clusters, resamples_)});
    asked_.insert(asked_.end(), asked.begin(), asked.end());
    achieved_.insert(achieved_.end(), values.begin(), values.end());
  }

  const Results& results_;
  Resamples resamples_;
  std::vector<double> asked_, achieved_, bins_;
};

}  // namespace

void compare_returns(Results& results, const CompareOptions& options) {
  ReturnSteering& steering = results.return_steering;
  steering = {steering.why_not, steering.bins, {}, 0, 0, 0, 0};
  SteeringFigures(results, options).fill(steering);
}

}  // namespace udrl::eval
