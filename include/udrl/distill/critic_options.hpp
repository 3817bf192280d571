// What "udrl-distill critic" can be told. Not for: what is done with it (critic.hpp).
#pragma once

#include <filesystem>

#include "udrl/base/options.hpp"
#include "udrl/inference/quick.hpp"
#include "udrl/student/critic.hpp"

namespace udrl::distill {

struct CriticOptions {
  std::filesystem::path data;     ///< tagged/ of the student's own answers: its splits
  std::filesystem::path student;  ///< checkpoint folder; gets critic.json
  double ridge = 30;              ///< λ of the ridge regression, beside a sum over answers; features have deviation 1
  double held_out = student::usual_held_out;  ///< share of the intents that the fit is measured on
  inference::Pace pace;                       ///< of the student
};

void declare(OptionSet& set, CriticOptions& options);

}  // namespace udrl::distill
