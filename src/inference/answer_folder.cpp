// A folder of answers, and asks read past those that it holds.
#include "udrl/inference/answer_folder.hpp"

#include <utility>

#include "udrl/base/error.hpp"

namespace udrl::inference {
namespace {

data::Manifest wanted(const StudentModel& student, std::uint64_t seed, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("generate", context);
  manifest.seed = seed;
  manifest.models["student"] = student.info().sha256;
  return manifest;
}

std::uint64_t repaired_lines(const data::OutputFolder& folder) {
  data::repair_shards(folder);
  if (!data::has_shards(folder.path())) return 0;
  data::JsonLinesReader reader(folder.path());
  std::uint64_t count = 0;
  while (reader.next()) ++count;
  return count;
}

Error another_ask(const PlacedAsk& placed, const std::string& answered, const std::string& where) {
  return user_error("the asks are not those that this folder answers")
      .at(placed.place)
      .expected("'" + answered.substr(0, 60) + "', as in " + where)
      .got("'" + placed.ask.intent.substr(0, 60) + "'")
      .hint("give the same asks in the same order, with new ones behind them; or choose another folder");
}

}  // namespace

AnswerFolder::AnswerFolder(const std::filesystem::path& folder, const StudentModel& student, std::uint64_t seed,
                           int per_ask, const RunContext& context)
    : folder_(folder, wanted(student, seed, context)),
      per_ask_(static_cast<std::uint64_t>(per_ask)),
      kept_(repaired_lines(folder_)),
      writer_(folder_) {}

AskStream AnswerFolder::remaining(AskStream asks) {
  read_past(asks);
  again_ = kept_ % per_ask_;
  return asks;
}

void AnswerFolder::read_past(const AskStream& asks) {
  if (kept_ == 0) return;
  data::JsonLinesReader reader(folder_.path());
  for (std::uint64_t i = 0; i < kept_ / per_ask_; ++i) {
    const std::optional<PlacedAsk> placed = asks.next();
    const data::Json answered = reader.next().value();
    const std::string intent = answered.value("intent", ""), task = answered.value("task", "");
    if (!placed) throw another_ask({}, intent, reader.position()).got("the end of the asks");
    if (placed->ask.intent != intent || placed->ask.task != task)
      throw another_ask(*placed, intent + "' (" + task + ")", reader.position());
    for (std::uint64_t other = 1; other < per_ask_; ++other) reader.next();
  }
}

void AnswerFolder::take(const Answer& answer, const command::Fitted& fitted) {
  if (again_ > 0) return void(--again_);
  if (std::exchange(folder_.manifest.complete, false)) folder_.save();
  writer_.append_line(answer_line(answer, fitted));
  writer_.hand_over();
  ++written_;
}

void AnswerFolder::finish() {
  writer_.close();
  folder_.manifest.counts["answers"] = answers();
  folder_.finish();
}

}  // namespace udrl::inference
