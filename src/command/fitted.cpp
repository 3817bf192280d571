// Returns under a fitted normaliser. Not for: asking (asked.cpp, support.cpp), or files (fitted_json.cpp).
#include "udrl/command/fitted.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/error.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/options.hpp"

namespace udrl::command {
namespace {

double score_of(const std::map<std::string, double>& scores, const std::string& name) {
  const auto found = scores.find(name);
  if (found == scores.end()) {
    throw user_error("a record has no score '" + name + "'")
        .hint("score the samples with this scorer, or give it no weight");
  }
  if (!std::isfinite(found->second)) {
    throw user_error("the score '" + name + "' of a record is not a number").hint("score the samples again");
  }
  return found->second;
}

double z_of(const FittedTask& task, const std::map<std::string, double>& scores, const std::string& name) {
  const auto moments = task.scorers.find(name);
  if (moments == task.scorers.end()) {
    throw user_error("nothing was fitted for scorer '" + name + "' and task '" + task.name + "'")
        .hint("tag the data again");
  }
  return moments->second.z(score_of(scores, name));
}

std::vector<std::string> task_names(const Fitted& fitted) {
  std::vector<std::string> names;
  for (const FittedTask& task : fitted.tasks) names.push_back(task.name);
  return names;
}

}  // namespace

int Fitted::index_of(const std::string& name) const {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].name == name) return static_cast<int>(i);
  }
  const std::vector<std::string> names = task_names(*this);
  const std::string near = nearest(name, names);
  throw user_error("the student was not trained on this task")
      .expected(listed(names))
      .got(name)
      .hint(near.empty() ? "choose one of these tasks" : "did you mean '" + near + "'?");
}

const FittedTask& Fitted::task(int task_index) const {
  if (task_index < 0 || task_index >= static_cast<int>(tasks.size())) {
    throw user_error("there is no such task")
        .expected("0 to " + std::to_string(static_cast<int>(tasks.size()) - 1))
        .got(std::to_string(task_index));
  }
  return tasks[static_cast<std::size_t>(task_index)];
}

double Fitted::real_return(const FittedTask& task, const std::map<std::string, double>& scores, int words,
                           int which) const {
  const FittedReturn& fit = task.of(which);
  const double explained = fit.length_intercept + fit.length_slope * words;
  if (which > 0) {
    const AuxiliaryReturn& asked = auxiliary.at(static_cast<std::size_t>(which) - 1);
    return asked.weight * z_of(task, scores, asked.name) - explained;
  }
  double sum = 0, weight_sum = 0;
  for (const auto& [name, weight] : weights) {
    if (weight == 0) continue;
    sum += weight * z_of(task, scores, name);
    weight_sum += std::abs(weight);
  }
  const double mean_z = weight_sum > 0 ? sum / weight_sum : 0.0;
  const double penalty = copying_penalty == 0 ? 0.0 : copying_penalty * z_of(task, scores, "copying");
  return mean_z - explained - penalty;
}

double Fitted::percentile(const FittedReturn& fit, double real_return) const {
  const std::vector<double>& q = fit.quantiles;
  if (q.size() < 2) return 0.5;
  if (real_return <= q.front()) return 0;
  if (real_return >= q.back()) return 1;
  const auto above = std::upper_bound(q.begin(), q.end(), real_return);
  const auto i = static_cast<std::size_t>(above - q.begin());  // q[i-1] <= value < q[i]
  const double part = (real_return - q[i - 1]) / (q[i] - q[i - 1]);
  return (static_cast<double>(i - 1) + part) / static_cast<double>(q.size() - 1);
}

int Fitted::bin_of(const FittedReturn& fit, double real_return) const {
  if (fit.edges.empty()) return std::min(bins - 1, static_cast<int>(percentile(fit, real_return) * bins));
  const auto above = std::upper_bound(fit.edges.begin(), fit.edges.end(), real_return);
  return static_cast<int>(above - fit.edges.begin());
}

std::optional<double> percentile_among(std::span<const double> draws, double value) {
  if (draws.size() < 5) return std::nullopt;
  double below = 0;
  for (double draw : draws) below += draw < value ? 1.0 : (draw == value ? 0.5 : 0.0);
  return below / static_cast<double>(draws.size());
}

void Quantiles101::add(double value) {
  const std::uint64_t here = seen_++;
  if (here == 0) before_ = value;
  while (quantiles_.size() <= 100) {
    const double place = static_cast<double>(n_ - 1) * static_cast<double>(quantiles_.size()) / 100.0;
    const auto low = static_cast<std::uint64_t>(place);
    const std::uint64_t high = std::min(low + 1, n_ - 1);
    if (high > here) break;
    quantiles_.push_back(low == high ? value : before_ + (value - before_) * (place - static_cast<double>(low)));
  }
  before_ = value;
}

std::vector<double> quantiles_101(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Quantiles101 quantiles(values.size());
  for (const double value : values) quantiles.add(value);
  return quantiles.quantiles();
}

}  // namespace udrl::command
