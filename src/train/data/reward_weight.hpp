// What a record weighs in the loss by what its answer earned: reward-weighted regression (Peters and Schaal 2007), an
// ablation of commands. Not for: the loss (optim/trainer.hpp).
#pragma once

#include <vector>

namespace udrl::train {

/// exp(beta · r) of each return bin, where r goes from 0 in the lowest to 1 in the highest, divided by their mean. A
/// lone bin weighs 1.
std::vector<double> bin_weights(double beta, int bins);

}  // namespace udrl::train
