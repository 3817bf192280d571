// Exporting the student as it stands, asking it, and removing it again.
#include "sampling.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/inference/decoding.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_asked = 6;

/// Removes a folder at the end of a scope.
struct Removal {
  const fs::path& folder;
  ~Removal() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

lm::Sampling greedy() {
  lm::Sampling sampling;
  sampling.temperature = 0;
  sampling.repeat_penalty = inference::usual::repeat_penalty;
  sampling.max_tokens = 0;  // as many as the words asked need
  return sampling;
}

/// The task's usual length and best return, or what the data supports that is nearest to them.
command::Command top_command(const command::Fitted& fitted, const std::string& task) {
  const int task_index = fitted.index_of(task);
  return fitted.nearest_supported(fitted.command(task_index, fitted.default_words(task_index), "top"));
}

Json line_of(std::uint64_t step, const inference::Ask& ask, const command::Command& command,
             const std::string& answer) {
  Json line{{"step", step}, {"task", ask.task}, {"intent", ask.intent}};
  if (command.words) line["words"] = *command.words;
  if (command.return_bin) line["return"] = *command.return_bin;
  line["answer"] = answer;
  return line;
}

std::size_t lines_of_step(const fs::path& file, std::uint64_t step) {
  std::size_t count = 0;
  for_each_step_line(file, step, [&](const Json& line) { count += natural_in(line, "step") == step ? 1 : 0; });
  return count;
}

}  // namespace

std::vector<inference::Ask> requests_of(const std::vector<Sample>& valid, const command::Fitted& fitted) {
  const std::size_t a_task = std::max<std::size_t>(1, most_asked / std::max<std::size_t>(1, fitted.tasks.size()));
  std::map<int, std::vector<std::string>> by_task;
  std::set<std::string> intents;
  for (const Sample& sample : valid) {
    if (sample.task_index < 0) continue;
    std::vector<std::string>& chosen = by_task[sample.task_index];
    if (chosen.size() < a_task && intents.insert(sample.intent).second) chosen.push_back(sample.intent);
  }
  std::vector<inference::Ask> asks;
  for (const auto& [task_index, chosen] : by_task) {
    for (const std::string& intent : chosen) {
      asks.emplace_back().intent = intent;
      asks.back().task = fitted.task(task_index).name;
    }
  }
  if (asks.size() > most_asked) asks.resize(most_asked);
  return asks;
}

SampleWriter::SampleWriter(const TrainOptions& options, const Preparation& run, std::uint64_t step)
    : options_(options),
      run_(run),
      folder_(options.out / ".sampling"),
      asks_(requests_of(run.valid_samples(), run.fitted())),
      has_all_(step == 0 || lines_of_step(options.out / samples_file, step) >= asks_.size()),
      log_(options.out / samples_file, has_all_ ? step : step - 1) {
  const Removal left_by_a_killed_run{folder_};
}

void SampleWriter::export_student(const Trainer& trainer) const {
  make_folder(folder_);
  trainer.save_model(folder_ / student::files::weights);
  command::save(run_.fitted(), folder_ / student::files::commands);
  if (const std::filesystem::path ideas = options_.out / student::files::ideas; std::filesystem::exists(ideas))
    std::filesystem::copy_file(ideas, folder_ / student::files::ideas);
  const student::Checkpoint checkpoint{folder_, run_.model(),
                                       student::Tokenizer::load(options_.out / student::files::tokenizer),
                                       run_.fitted(), student::SafetensorsFile(folder_ / student::files::weights)};
  student::export_gguf(checkpoint, {.type = student::GgufType::f32, .prove = false});
}

std::vector<Json> SampleWriter::answers(std::uint64_t step) const {
  lm::ModelOptions options;
  options.slots = static_cast<int>(asks_.size());
  options.gpu_layers = 0;  // a GPU is busy and full
  auto student = inference::StudentModel::open(folder_, options);
  std::vector<command::Command> commands;
  std::vector<lm::Request> requests;
  for (const inference::Ask& ask : asks_) {
    commands.push_back(student.drawn(ask, top_command(student.fitted(), ask.task), greedy()));
    requests.push_back(student.request(ask, commands.back(), greedy()));
    requests.back().id = std::to_string(requests.size());
  }
  const std::vector<lm::Completion> completions = lm::complete_all(student.model(), requests);
  std::vector<Json> lines;
  for (std::size_t i = 0; i < asks_.size(); ++i)
    lines.push_back(line_of(step, asks_[i], commands[i], student.present(asks_[i], completions[i].text)));
  return lines;
}

/// Empty where it cannot be asked, nothing on a stop request.
std::optional<std::vector<Json>> SampleWriter::asked(std::uint64_t step, const Trainer& trainer,
                                                     Observer& observer) const {
  const Removal when_done{folder_};
  try {
    export_student(trainer);
    return answers(step);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) return std::nullopt;
    observer.note(Level::warning, std::string("the student could not be asked for samples: ") + error.what());
    return std::vector<Json>{};
  }
}

bool SampleWriter::take_missing(std::uint64_t step, const Trainer& trainer, Observer& observer) {
  return has_all_ || take(step, trainer, observer);
}

bool SampleWriter::take(std::uint64_t step, const Trainer& trainer, Observer& observer) {
  if (asks_.empty()) return true;
  const std::optional<std::vector<Json>> lines = asked(step, trainer, observer);
  if (!lines) return false;
  for (const Json& line : *lines) {
    log_.append(line);
    observer.note(Level::info,
                  text_in(line, "task") + " \"" + text_in(line, "intent") + "\": " + text_in(line, "answer"));
  }
  return true;
}

}  // namespace udrl::train
