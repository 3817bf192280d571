// Where a run stands, and its files: training_state.safetensors, training_state.json. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/batches.hpp"
#include "early_stopping.hpp"
#include "optim/trainer.hpp"

namespace udrl::train {

struct TrainingState {
  std::uint64_t step = 0;            ///< steps taken
  std::uint64_t tokens = 0;          ///< trained on
  std::uint64_t targets = 0;         ///< of these, those that were learned
  Cursor cursor;                     ///< of the next step
  std::optional<double> best_valid;  ///< of the weights in model.safetensors
  std::uint64_t best_step = 0;
  LossTrend trend;
  Plateau plateau;
  bool bf16 = false;
  int lanes = 1;
};

inline constexpr const char* state_weights = "training_state.safetensors";
inline constexpr const char* state_json = "training_state.json";

std::string to_json_text(const TrainingState& state);
TrainingState state_from_json_text(const std::string& text, const std::string& where);

/// The state is in the metadata of the .safetensors, one file, so that the two cannot disagree after a crash; the .json
/// beside it is a copy for people.
void save_state(const std::filesystem::path& folder, const TrainingState& state, const Trainer& trainer);
/// Nothing where no state was saved. Throws `Error` (user) where it was trained in another precision than the
/// trainer's.
std::optional<TrainingState> load_state(const std::filesystem::path& folder, Trainer& trainer);

}  // namespace udrl::train
