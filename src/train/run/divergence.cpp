// Errors that name the records with the highest loss.
#include "divergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "udrl/base/table.hpp"

namespace udrl::train {
namespace {

constexpr std::size_t most_named = 8;

double loss_a_token(const SequenceLoss& one) {
  return std::isfinite(one.loss) ? one.loss / static_cast<double>(std::max<std::uint64_t>(1, one.targets))
                                 : std::numeric_limits<double>::infinity();
}

/// Those with the highest loss a token first. By the weights as they are: averaged ones may not show the divergence.
std::string records_of(const Suspects& suspects, const Trainer& trainer) {
  std::vector<SequenceLoss> sequences = trainer.losses(suspects.batches);
  std::stable_sort(sequences.begin(), sequences.end(),
                   [](const SequenceLoss& a, const SequenceLoss& b) { return loss_a_token(a) > loss_a_token(b); });
  std::string out;
  for (std::size_t i = 0; i < std::min(most_named, sequences.size()); ++i)
    out += (i > 0 ? ", " : "") + suspects.record_id(sequences[i].record);
  if (sequences.size() > most_named) out += " and " + std::to_string(sequences.size() - most_named) + " more";
  return out;
}

std::string place_of(const Suspects& suspects, const Trainer& trainer) {
  return suspects.where + ", records " + records_of(suspects, trainer);
}

std::string state_of(const Saved& saved) {
  if (saved.step == 0) return "nothing was saved yet; ";
  return "the state saved after step " + std::to_string(saved.step) + " is untouched; ";
}

std::string cure(const Saved& saved) {
  const std::string start =
      saved.weights.empty() ? "" : ", from this one's best weights with --init " + saved.weights.string();
  return state_of(saved) +
         "look at these records, those with the highest loss come first; then train into another folder" + start +
         ", with a lower learning rate (optimizer.lr, optimizer.muon_lr) or a lower optimizer.clip";
}

}  // namespace

Error not_finite(const std::string& what, const Suspects& suspects, const Saved& saved, const Trainer& trainer) {
  return failure(what + " not finite").at(place_of(suspects, trainer)).hint(cure(saved));
}

Error spiked(double usual, double loss, const Suspects& suspects, const Saved& saved, const Trainer& trainer) {
  const std::string go_on = saved.step == 0 ? "" : ", or go on from the saved state with --divergence.deviations 0";
  return failure("the training loss diverged")
      .at(place_of(suspects, trainer))
      .expected("about " + fixed(usual, 3) + ", as before")
      .got(fixed(loss, 3))
      .hint(cure(saved) + go_on);
}

}  // namespace udrl::train
