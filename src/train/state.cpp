// The files of a run that can be gone on with.
#include "state.hpp"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* metadata_key = "training_state";

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

/// The complete lines up to a step.
std::string kept_lines(const fs::path& file, std::uint64_t step) {
  std::istringstream in(read_file(file));
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("step", ~std::uint64_t{0}) <= step) kept += line + "\n";
  }
  return kept;
}

}  // namespace

std::string to_json_text(const TrainingState& state) {
  return Json{{"version", 1},
              {"step", state.step},
              {"tokens", state.tokens},
              {"cursor", {{"epoch", state.cursor.epoch}, {"window", state.cursor.window}, {"step", state.cursor.step}}},
              {"best_valid", optional_number(state.best_valid)},
              {"best_step", state.best_step},
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
    if (!json.at("best_valid").is_null()) state.best_valid = json.at("best_valid").get<double>();
    state.best_step = json.at("best_step");
    state.bf16 = json.at("precision") == "bf16";
    return state;
  } catch (const Json::exception& error) {
    throw user_error("a saved training state cannot be read")
        .at(where)
        .got(error.what())
        .hint("remove the folder's training_state.* and manifest.json to train anew");
  }
}

void save_state(const fs::path& folder, const TrainingState& state, const Learner& learner) {
  const std::string text = to_json_text(state);
  learner.save_state(folder / state_weights, {{metadata_key, text}});
  write_file_atomic(folder / state_json, text + "\n");
}

std::optional<TrainingState> load_state(const fs::path& folder, Learner& learner) {
  const fs::path file = folder / state_weights;
  if (!fs::exists(file)) return std::nullopt;
  const auto metadata = learner.load_state(file);
  const auto found = metadata.find(metadata_key);
  const TrainingState state = state_from_json_text(found == metadata.end() ? "" : found->second, file.string());
  if (state.bf16 != learner.bf16()) {
    throw user_error("the run was begun in another precision than this machine would go on in")
        .at(file.string())
        .expected(state.bf16 ? "bf16" : "fp32")
        .got(learner.bf16() ? "bf16" : "fp32")
        .hint("go on where it was begun, or train anew into another folder");
  }
  return state;
}

MetricsLog::MetricsLog(const fs::path& folder, std::uint64_t step) : file_(folder / metrics_file) {
  write_file_atomic(file_, fs::exists(file_) && step > 0 ? kept_lines(file_, step) : std::string());
  out_.open(file_, std::ios::app);
}

void MetricsLog::append(const Metrics& m) {
  Json line{{"step", m.step}, {"loss", m.loss},     {"grad_norm", m.grad_norm},
            {"lr", m.lr},     {"tokens", m.tokens}, {"tokens_per_s", m.tokens_per_s}};
  if (m.valid_loss) line["valid_loss"] = *m.valid_loss;
  errno = 0;
  out_ << line.dump() << '\n';
  check();
}

void MetricsLog::flush() {
  errno = 0;
  out_.flush();
  check();
}

void MetricsLog::check() const {
  if (!out_) throw file_error("cannot write the file", file_, errno);
}

}  // namespace udrl::train
