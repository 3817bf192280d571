// What "udrl-distill doctor" can be told. Not for: what is done with it (doctor.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/distill/scorer_options.hpp"

namespace udrl::inspect {

struct DoctorOptions : distill::ScorerNeeds {
  std::vector<std::string> input;  ///< scored folders, pooled
  std::filesystem::path out;
  std::vector<std::string> scorers;  ///< values to examine; empty: all in every record that judge (score/kinds.hpp)
  int intents = 2000;                ///< (intent, task) groups read, and as many deep ones besides
  int deep_draws = 16;               ///< what makes a group deep
  int pairs = 100;                   ///< answers a task damaged, and scored against two or three other intents
  int bins = 5;
  int resamples = 1000;  ///< of the bootstrap over subjects, and shuffles of the test against chance
  std::uint64_t seed = 1;
  bool skip_bad = false;
};

void declare(OptionSet& set, DoctorOptions& options);

}  // namespace udrl::inspect
