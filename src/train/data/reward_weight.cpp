// Weights of return bins.
#include "reward_weight.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace udrl::train {

std::vector<double> bin_weights(double beta, int bins) {
  std::vector<double> weights;
  for (int bin = 0; bin < bins; ++bin) weights.push_back(std::exp(beta * bin / std::max(1, bins - 1)));
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / bins;
  for (double& weight : weights) weight /= mean;
  return weights;
}

}  // namespace udrl::train
