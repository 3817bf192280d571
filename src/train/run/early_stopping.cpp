// Spikes and plateaus.
#include "early_stopping.hpp"

#include <algorithm>
#include <cmath>

namespace udrl::train {
namespace {

constexpr std::uint64_t steps_averaged = 50;
constexpr std::uint64_t steps_in_a_row = 3;  // one bad batch is no divergence
constexpr double least_rise = 1.5;           // a very even loss has a deviation of nearly nothing

void take_in(LossTrend& trend, double loss) {
  const double weight = 1.0 / static_cast<double>(std::min(++trend.steps, steps_averaged));
  const double difference = loss - trend.mean;
  trend.mean += weight * difference;
  trend.variance = (1 - weight) * (trend.variance + weight * difference * difference);
}

}  // namespace

bool is_spike(LossTrend& trend, double loss, double deviations) {
  const bool high = deviations > 0 && trend.steps >= steps_averaged && loss > least_rise * trend.mean &&
                    loss > trend.mean + deviations * std::sqrt(trend.variance);
  if (high) return ++trend.high >= steps_in_a_row;
  trend.high = 0;
  take_in(trend, loss);
  return false;
}

void take_in(Plateau& plateau, double valid_loss, double min_delta) {
  if (!plateau.lowest || valid_loss < *plateau.lowest - min_delta) {
    plateau = {valid_loss, 0};
  } else {
    ++plateau.evaluations;
  }
}

bool is_over(const Plateau& plateau, int patience) {
  return patience > 0 && plateau.evaluations >= static_cast<std::uint64_t>(patience);
}

}  // namespace udrl::train
