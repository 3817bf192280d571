// The files of a run that can be gone on with. Not for: what they say of it (state_json.cpp).
#include "state.hpp"

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* metadata_key = "training_state";

}  // namespace

void save_state(const fs::path& folder, const TrainingState& state, const Trainer& trainer) {
  const std::string text = to_json_text(state);
  trainer.save_state(folder / state_weights, {{metadata_key, text}});
  write_file_atomic(folder / state_json, text + "\n");
}

std::optional<TrainingState> load_state(const fs::path& folder, Trainer& trainer) {
  const fs::path file = folder / state_weights;
  if (!fs::exists(file)) return std::nullopt;
  const auto metadata = trainer.load_state(file);
  const auto found = metadata.find(metadata_key);
  const TrainingState state = state_from_json_text(found == metadata.end() ? "" : found->second, file.string());
  if (state.bf16 != trainer.bf16()) {
    throw user_error("the run was begun in another precision than this machine would go on in")
        .at(file.string())
        .expected(state.bf16 ? "bf16" : "fp32")
        .got(trainer.bf16() ? "bf16" : "fp32")
        .hint("go on where it was begun, or train from the start into another folder");
  }
  return state;
}

}  // namespace udrl::train
