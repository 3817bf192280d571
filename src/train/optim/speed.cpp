// Operations of a step, and rates.
#include "speed.hpp"

#include <algorithm>

#include "data/judged.hpp"

namespace udrl::train {
namespace {

constexpr double shortest_s = 1e-9;
constexpr double forward_per_weight = 2, per_weight = 6;  // multiply and add, once forward and twice back

double products_of_blocks(const student::StudentConfig& model, const MicroBatch& batch) {
  const double width = model.n_embd;
  const double block = 4 * width * width + 2 * width * model.inner();
  const auto positions = static_cast<double>(batch.rows * batch.width);
  const double attention = 2 * positions * static_cast<double>(batch.width) * width;  // scores, and what they weigh
  return model.n_layer * (positions * block + attention);
}

double products_of_head(const student::StudentConfig& model, const MicroBatch& batch) {
  return static_cast<double>(batch.targets.size()) * model.n_embd * model.vocab_size;
}

double products(const student::StudentConfig& model, const Step& step) {
  double all = 0;
  for (const MicroBatch& batch : step.micro_batches)
    all += products_of_blocks(model, batch) + products_of_head(model, batch);
  return all;
}

}  // namespace

double step_operations(const student::StudentConfig& model, const Step& step) {
  const double operations = per_weight * products(model, step);
  if (step.judged == nullptr) return operations;
  const MicroBatch& judged = step.judged->answers;  // through the head forward only
  return operations + per_weight * products_of_blocks(model, judged) +
         forward_per_weight * products_of_head(model, judged);
}

double forward_operations(const student::StudentConfig& model, const Step& step) {
  return forward_per_weight * products(model, step);
}

void Speed::end_step(double operations) {
  const double rate = operations / std::max(shortest_s, since(step_start_));
  mfu_ = before_.machine_rate > 0 ? rate / before_.machine_rate : 0;
}

double Speed::tokens_per_s(std::uint64_t tokens) const {
  return static_cast<double>(tokens - before_.tokens) / std::max(shortest_s, run_seconds());
}

}  // namespace udrl::train
