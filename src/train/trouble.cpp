// Errors that name the records with the highest loss.
#include "trouble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "udrl/base/table.hpp"

namespace udrl::train {
namespace {

constexpr std::size_t most_named = 8;
constexpr const char* untouched = "the weights saved last are untouched; ";
constexpr const char* gentler =
    "train into another folder with a lower learning rate (optimizer.lr, optimizer.muon_lr) or a lower optimizer.clip";

/// The micro-batches whose own loss is not finite; all where there are none.
std::vector<MicroBatch> suspects(const BadStep& step) {
  std::vector<MicroBatch> out;
  for (const std::size_t i : step.result.bad_micro_batches) out.push_back(step.batch.micro_batches[i]);
  return out.empty() ? step.batch.micro_batches : out;
}

double loss_a_token(const SequenceLoss& one) {
  return std::isfinite(one.loss) ? one.loss / static_cast<double>(std::max<std::uint64_t>(1, one.targets))
                                 : std::numeric_limits<double>::infinity();
}

/// Those with the highest loss a token first.
std::string records_of(const BadStep& step, Learner& learner) {
  std::vector<SequenceLoss> sequences = learner.evaluate(suspects(step)).sequences;
  std::stable_sort(sequences.begin(), sequences.end(),
                   [](const SequenceLoss& a, const SequenceLoss& b) { return loss_a_token(a) > loss_a_token(b); });
  std::string out;
  for (std::size_t i = 0; i < std::min(most_named, sequences.size()); ++i)
    out += (i > 0 ? ", " : "") + step.record_id(sequences[i].record);
  if (sequences.size() > most_named) out += " and " + std::to_string(sequences.size() - most_named) + " more";
  return out;
}

std::string place_of(const BadStep& step, Learner& learner) {
  return "step " + std::to_string(step.number) + ", records " + records_of(step, learner);
}

}  // namespace

Error not_finite(const std::string& what, const BadStep& step, Learner& learner) {
  return failure(what + " not finite").at(place_of(step, learner)).hint(std::string(untouched) + gentler);
}

Error spiked(double usual, const BadStep& step, Learner& learner) {
  return failure("the training loss took off")
      .at(place_of(step, learner))
      .expected("about " + fixed(usual, 3) + ", as before")
      .got(fixed(step.result.loss, 3))
      .hint(std::string(untouched) + "look at these records, those with the highest loss come first; then " + gentler +
            ", or go on from the saved weights with --watch.spike 0");
}

}  // namespace udrl::train
