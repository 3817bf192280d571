// Features and returns less their means within a request, so that nothing is learnt of which requests are easy.
#include "worth.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "ridge.hpp"
#include "udrl/base/error.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::distill {
namespace {

constexpr std::size_t least_to_compare = 2, least_to_measure = 4;
// What is left where the returns do not differ, but for rounding.
constexpr double no_variance = 1e-18;
constexpr double constant = 1e-12;  // of a feature: its variance, beside its square

bool is_usable(const ReadRequest& request) { return request.returns.size() >= least_to_compare; }

/// By feature. Of one that never changes 1: its weight is then 0.
std::vector<double> deviations(std::span<const ReadRequest> requests, std::size_t width) {
  std::vector<double> sum(width, 0.0), squares(width, 0.0), out(width, 1.0);
  for (const ReadRequest& request : requests)
    for (const auto& answer : request.features)
      for (std::size_t i = 0; i < width; ++i) sum[i] += answer[i];
  const auto count = static_cast<double>(usable_answers(requests));
  for (const ReadRequest& request : requests)
    for (const auto& answer : request.features)
      for (std::size_t i = 0; i < width; ++i) squares[i] += std::pow(answer[i] - sum[i] / count, 2);
  for (std::size_t i = 0; i < width; ++i)
    if (squares[i] > constant * (count + sum[i] * sum[i] / count)) out[i] = std::sqrt(squares[i] / count);
  return out;
}

std::vector<double> mean_features(const ReadRequest& request, std::size_t width) {
  std::vector<double> mean(width, 0.0);
  for (const auto& answer : request.features)
    for (std::size_t i = 0; i < width; ++i) mean[i] += answer[i] / static_cast<double>(request.features.size());
  return mean;
}

/// Both sides of the regression, answer after answer.
struct Centred {
  std::vector<double> rows;     ///< [answers, width], in deviations
  std::vector<double> returns;  ///< [answers]
};

Centred centred(std::span<const ReadRequest> requests, std::span<const double> deviation) {
  Centred out;
  for (const ReadRequest& request : requests) {
    const std::vector<double> mean = mean_features(request, deviation.size());
    const double mean_return = score::mean(request.returns);
    for (std::size_t k = 0; k < request.returns.size(); ++k) {
      for (std::size_t i = 0; i < deviation.size(); ++i)
        out.rows.push_back((request.features[k][i] - mean[i]) / deviation[i]);
      out.returns.push_back(request.returns[k] - mean_return);
    }
  }
  return out;
}

/// Of the worth within requests, mean over answers.
double variance_of_worth(const Centred& answers, const std::vector<double>& weights) {
  double sum = 0;
  for (auto row = answers.rows.begin(); row != answers.rows.end(); row += static_cast<std::ptrdiff_t>(weights.size()))
    sum += std::pow(std::inner_product(weights.begin(), weights.end(), row, 0.0), 2);
  return sum / static_cast<double>(answers.returns.size());
}

std::vector<ReadRequest> usable(std::span<const ReadRequest> requests) {
  std::vector<ReadRequest> out;
  std::copy_if(requests.begin(), requests.end(), std::back_inserter(out), is_usable);
  return out;
}

std::vector<double> worths(const ReadRequest& request, std::span<const double> weights) {
  std::vector<double> out;
  for (const auto& answer : request.features) out.push_back(worth_of(weights, answer));
  return out;
}

}  // namespace

std::size_t usable_answers(std::span<const ReadRequest> requests) {
  std::size_t count = 0;
  for (const ReadRequest& request : requests) count += is_usable(request) ? request.returns.size() : 0;
  return count;
}

std::pair<std::vector<ReadRequest>, std::vector<ReadRequest>> hold_out(const std::vector<ReadRequest>& requests,
                                                                       double share) {
  std::pair<std::vector<ReadRequest>, std::vector<ReadRequest>> out;
  for (const ReadRequest& request : requests) {
    (student::is_held_out(request.intent_id, share) ? out.second : out.first).push_back(request);
  }
  return out;
}

std::vector<double> fit_worth(std::span<const ReadRequest> all, double ridge) {
  const std::vector<ReadRequest> requests = usable(all);
  const std::size_t width = requests.empty() ? 0 : requests.front().features.front().size();
  const std::vector<double> deviation = deviations(requests, width);
  const Centred answers = centred(requests, deviation);
  std::vector<double> weights = ridge_weights(answers.rows, answers.returns, ridge);
  const double variance = weights.empty() ? 0 : variance_of_worth(answers, weights);
  if (!(variance > no_variance))
    throw user_error("the returns go with nothing that the student computes")
        .expected("several answers a request, with different returns")
        .got(std::to_string(answers.returns.size()) + " answers that tell nothing apart")
        .hint("ask for more draws, at a higher temperature: udrl-distill answer --draws 16 --temperature 0.6");
  for (std::size_t i = 0; i < width; ++i) weights[i] /= deviation[i] * std::sqrt(variance);
  return weights;
}

double worth_of(std::span<const double> weights, std::span<const float> features) {
  return std::inner_product(weights.begin(), weights.end(), features.begin(), 0.0);
}

student::CriticFit measured_fit(std::span<const ReadRequest> requests, std::span<const double> weights) {
  student::CriticFit fit;
  std::vector<double> correlations;
  double gained = 0, to_gain = 0;
  for (const ReadRequest& request : requests) {
    if (request.returns.size() < least_to_measure) continue;
    const std::vector<double> worth = worths(request, weights);
    const auto chosen = static_cast<std::size_t>(std::max_element(worth.begin(), worth.end()) - worth.begin());
    const double mean = score::mean(request.returns);
    gained += request.returns[chosen] - mean;
    to_gain += *std::max_element(request.returns.begin(), request.returns.end()) - mean;
    const double correlation = score::pearson(worth, request.returns);
    if (std::isfinite(correlation)) correlations.push_back(correlation);
    ++fit.requests;
    fit.answers += request.returns.size();
  }
  if (!correlations.empty()) fit.correlation = score::mean(correlations);
  if (to_gain > 0) fit.gain = gained / to_gain;
  return fit;
}

}  // namespace udrl::distill
