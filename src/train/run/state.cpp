// The files of a run that can be gone on with.
#include "state.hpp"

#include <nlohmann/json.hpp>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* metadata_key = "training_state";

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json to_json(const LossTrend& trend) {
  return {{"mean", trend.mean}, {"variance", trend.variance}, {"steps", trend.steps}, {"high", trend.high}};
}

Json to_json(const Plateau& plateau) {
  return {{"lowest", optional_number(plateau.lowest)}, {"evaluations", plateau.evaluations}};
}

std::optional<double> number_or_nothing(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<double>(json.get<double>());
}

/// What states lack that were saved before runs were watched.
void read_early_stopping(const Json& json, TrainingState& state) {
  state.targets = json.value("targets", std::uint64_t{0});
  if (!json.contains("trend")) return;
  const Json &trend = json.at("trend"), &plateau = json.at("plateau");
  state.trend = {trend.at("mean"), trend.at("variance"), trend.at("steps"), trend.at("high")};
  state.plateau = {number_or_nothing(plateau.at("lowest")), plateau.at("evaluations")};
}

}  // namespace

std::string to_json_text(const TrainingState& state) {
  return Json{{"version", 1},
              {"step", state.step},
              {"tokens", state.tokens},
              {"targets", state.targets},
              {"cursor", {{"epoch", state.cursor.epoch}, {"window", state.cursor.window}, {"step", state.cursor.step}}},
              {"best_valid", optional_number(state.best_valid)},
              {"best_step", state.best_step},
              {"trend", to_json(state.trend)},
              {"plateau", to_json(state.plateau)},
              {"precision", state.bf16 ? "bf16" : "fp32"}}
      .dump(2);
}

TrainingState state_from_json_text(const std::string& text, const std::string& where) {
  try {
    const Json json = Json::parse(text);
    const Json& cursor = json.at("cursor");
    TrainingState state;
    state.step = json.at("step");
    state.tokens = json.at("tokens");
    state.cursor = {cursor.at("epoch"), cursor.at("window"), cursor.at("step")};
    state.best_valid = number_or_nothing(json.at("best_valid"));
    state.best_step = json.at("best_step");
    state.bf16 = json.at("precision") == "bf16";
    read_early_stopping(json, state);
    return state;
  } catch (const Json::exception& error) {
    throw user_error("a saved training state cannot be read")
        .at(where)
        .got(error.what())
        .hint("remove the folder's training_state.* and manifest.json to train from the start");
  }
}

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
