// Moments and a line for each task, in four passes over the rows; a fifth gives every row its return.
#include <array>
#include <cmath>

#include "scores.hpp"
#include "steps.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/distill/returns.hpp"

namespace udrl::distill {
namespace {

using command::Fitted;
using command::FittedTask;

double rounded(double value) { return std::round(value * 1e6) / 1e6; }

Fitted unfitted(const Pool& pool, const ReturnOptions& options) {
  Fitted fitted;
  fitted.normalisation_version = data::normalisation_version;
  fitted.kind = options.kind;
  fitted.bins = options.bins;
  fitted.weights = options.weights;
  fitted.copying_penalty = options.copying_penalty;
  fitted.auxiliary = auxiliary_returns(options);
  fitted.rule = options.support;
  for (const std::string& name : pool.tasks) {
    FittedTask task;
    task.name = name;
    task.support = command::Support(fitted.bins);
    task.auxiliary.resize(fitted.auxiliary.size());
    for (command::FittedReturn& fit : task.auxiliary) fit.support = command::Support(fitted.bins);
    fitted.tasks.push_back(std::move(task));
  }
  return fitted;
}

/// Calls use(row, scores) for each row that trains.
template <class Use>
void for_each_training(Pool& pool, Use use) {
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double> scores) {
    if (row.trains()) use(row, scores);
  });
}

void fit_moments(Pool& pool, Fitted& fitted) {
  std::vector<std::vector<MomentsFit>> fits(pool.tasks.size(), std::vector<MomentsFit>(pool.score_names.size()));
  std::vector<bool> trains(pool.tasks.size());
  for_each_training(pool, [&](const RecordRow& row, std::span<const double> scores) {
    trains[row.task] = true;
    for (std::size_t s = 0; s < scores.size(); ++s) fits[row.task][s].first(scores[s]);
  });
  for_each_training(pool, [&](const RecordRow& row, std::span<const double> scores) {
    for (std::size_t s = 0; s < scores.size(); ++s) fits[row.task][s].second(scores[s]);
  });
  for (std::size_t task_index = 0; task_index < fits.size(); ++task_index) {
    if (!trains[task_index]) {
      throw user_error("task '" + pool.tasks[task_index] + "' has no training records")
          .hint("add samples of this task, or hold out less (test_fraction, valid_fraction)");
    }
    for (std::size_t s = 0; s < fits[task_index].size(); ++s) {
      fitted.tasks[task_index].scorers[pool.score_names[s]] = fits[task_index][s].moments();
    }
  }
}

/// The scores of one row after the other, as `Fitted` takes them.
class NamedScores {
 public:
  explicit NamedScores(const std::vector<std::string>& names) {
    for (const std::string& name : names) places_.push_back(&scores_[name]);
  }
  const std::map<std::string, double>& of(std::span<const double> scores) {
    for (std::size_t s = 0; s < scores.size(); ++s) *places_[s] = scores[s];
    return scores_;
  }

 private:
  std::map<std::string, double> scores_;
  std::vector<double*> places_;  ///< in the order of the names
};

/// On the mean z before length and copying are taken off: the tasks have no lines yet, so their returns are that.
void fit_lengths(Pool& pool, Fitted& fitted) {
  Fitted plain;
  plain.weights = fitted.weights;
  plain.auxiliary = fitted.auxiliary;
  NamedScores named(pool.score_names);
  std::vector<std::array<LineFit, most_returns>> fits(fitted.tasks.size());
  const auto pass = [&](auto add) {
    for_each_training(pool, [&](const RecordRow& row, std::span<const double> scores) {
      const auto& values = named.of(scores);
      for (int which = 0; which < fitted.returns(); ++which) {
        LineFit& fit = fits[row.task][static_cast<std::size_t>(which)];
        add(fit, row.words, plain.real_return(fitted.tasks[row.task], values, row.words, which));
      }
    });
  };
  pass([](LineFit& fit, double words, double z) { fit.first(words, z); });
  pass([](LineFit& fit, double words, double z) { fit.second(words, z); });
  for (std::size_t task_index = 0; task_index < fits.size(); ++task_index) {
    for (int which = 0; which < fitted.returns(); ++which) {
      const Line line = fits[task_index][static_cast<std::size_t>(which)].line();
      fitted.tasks[task_index].of(which).length_slope = line.slope;
      fitted.tasks[task_index].of(which).length_intercept = line.intercept;
    }
  }
}

void give_returns(Pool& pool, const Fitted& fitted) {
  NamedScores named(pool.score_names);
  pool.rows.update([&](std::uint64_t, RecordRow& row, std::span<const double> scores) {
    if (!row.kept()) return;
    const auto& values = named.of(scores);
    for (int which = 0; which < fitted.returns(); ++which) {
      row.real_return[static_cast<std::size_t>(which)] =
          rounded(fitted.real_return(fitted.tasks[row.task], values, row.words, which));
    }
  });
}

}  // namespace

Fitted fit_returns(Pool& pool, const ReturnOptions& options) {
  Fitted fitted = unfitted(pool, options);
  fit_moments(pool, fitted);
  fit_lengths(pool, fitted);
  give_returns(pool, fitted);
  return fitted;
}

}  // namespace udrl::distill
