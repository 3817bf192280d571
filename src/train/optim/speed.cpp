// Operations of a step, and rates.
#include "speed.hpp"

#include <algorithm>

namespace udrl::train {
namespace {

constexpr double shortest_s = 1e-9;
constexpr double per_weight = 6;  // multiply and add, once forward and twice back

}  // namespace

double step_operations(const student::StudentConfig& model, const Step& step) {
  const double width = model.n_embd, layers = model.n_layer;
  const double block = 4 * width * width + 2 * width * model.inner();
  double products = 0;
  for (const MicroBatch& batch : step.micro_batches) {
    const auto positions = static_cast<double>(batch.rows * batch.width);
    const double attention = 2 * positions * static_cast<double>(batch.width) * width;  // scores, and what they weigh
    products += layers * (positions * block + attention);
    products += static_cast<double>(batch.targets.size()) * width * model.vocab_size;
  }
  return per_weight * products;
}

void Speed::end_step(double operations) {
  const double rate = operations / std::max(shortest_s, since(step_start_));
  mfu_ = before_.machine_rate > 0 ? rate / before_.machine_rate : 0;
}

double Speed::tokens_per_s(std::uint64_t tokens) const {
  return static_cast<double>(tokens - before_.tokens) / std::max(shortest_s, run_seconds());
}

}  // namespace udrl::train
