// Where a run stands, as JSON.
#include <cmath>

#include "state.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::train {
namespace {

using data::Fields;
using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json to_json(const LossTrend& trend) {
  return {{"mean", trend.mean}, {"variance", trend.variance}, {"steps", trend.steps}, {"high", trend.high}};
}

Json to_json(const Plateau& plateau) {
  return {{"lowest", optional_number(plateau.lowest)}, {"evaluations", plateau.evaluations}};
}

std::optional<double> number_or_nothing(const Fields& fields, const char* name) {
  const double value = fields.number_or_nan(name);
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

/// What states lack that were saved before runs were watched.
void read_early_stopping(const Fields& fields, TrainingState& state) {
  if (fields.has("targets")) state.targets = fields.natural("targets");
  if (!fields.has("trend")) return;
  const Fields trend(fields.object("trend"), "trend"), plateau(fields.object("plateau"), "plateau");
  state.trend = {trend.number("mean"), trend.number("variance"), trend.natural("steps"), trend.natural("high")};
  state.plateau = {number_or_nothing(plateau, "lowest"), plateau.natural("evaluations")};
}

TrainingState state_from_json(const data::Json& json) {
  const Fields fields(json, "training state"), cursor(fields.object("cursor"), "cursor");
  TrainingState state;
  state.step = fields.natural("step");
  state.tokens = fields.natural("tokens");
  state.cursor = {cursor.natural("epoch"), cursor.natural("window"), cursor.natural("step")};
  state.best_valid = number_or_nothing(fields, "best_valid");
  state.best_step = fields.natural("best_step");
  state.bf16 = fields.text("precision") == "bf16";
  state.lanes = fields.integer("lanes");
  read_early_stopping(fields, state);
  return state;
}

}  // namespace

std::string to_json_text(const TrainingState& state) {
  return data::json_document(
      Json{{"version", 1},
           {"step", state.step},
           {"tokens", state.tokens},
           {"targets", state.targets},
           {"cursor", {{"epoch", state.cursor.epoch}, {"window", state.cursor.window}, {"step", state.cursor.step}}},
           {"best_valid", optional_number(state.best_valid)},
           {"best_step", state.best_step},
           {"trend", to_json(state.trend)},
           {"plateau", to_json(state.plateau)},
           {"precision", state.bf16 ? "bf16" : "fp32"},
           {"lanes", state.lanes}});
}

TrainingState state_from_json_text(const std::string& text, const std::string& where) {
  try {
    return state_from_json(data::parse_json(text));
  } catch (const Error& error) {
    throw data::completed(error, where,
                          "remove the folder's training_state.* and manifest.json to train from the start");
  }
}

}  // namespace udrl::train
