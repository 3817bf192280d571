// Sums by task and return.
#include "validation.hpp"

namespace udrl::train {
namespace {

struct Sum {
  double loss = 0;
  std::uint64_t targets = 0;
};

template <class Key>
std::map<Key, double> means(const std::map<Key, Sum>& sums) {
  std::map<Key, double> out;
  for (const auto& [key, sum] : sums) {
    if (sum.targets > 0) out[key] = sum.loss / static_cast<double>(sum.targets);
  }
  return out;
}

}  // namespace

Validation summed_up(const EvaluationResult& result, const std::vector<Sample>& samples,
                     const command::Fitted& fitted) {
  std::map<std::string, Sum> tasks;
  std::map<int, Sum> returns;
  const auto add = [](Sum& sum, const SequenceLoss& one) {
    sum.loss += one.loss;
    sum.targets += one.targets;
  };
  for (const SequenceLoss& one : result.sequences) {
    const Sample& sample = samples.at(one.record);
    if (sample.task_index >= 0) add(tasks[fitted.task(sample.task_index).name], one);
    if (sample.return_bin >= 0) add(returns[sample.return_bin], one);
  }
  return {result.loss, means(tasks), means(returns)};
}

}  // namespace udrl::train
