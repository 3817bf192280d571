// A folder of answers, and asks read past those that it holds.
#include "udrl/inference/answer_folder.hpp"

#include <memory>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::inference {
namespace {

data::Manifest wanted(const StudentModel& student, std::uint64_t seed, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("generate", context);
  manifest.seed = seed;
  for (const auto& [role, sha256] : student.hashes()) manifest.models[role] = sha256;
  return manifest;
}

Error another_ask(const PlacedAsk& placed, const std::string& answered, const std::string& where) {
  return user_error("the asks are not those that this folder answers")
      .at(placed.place)
      .expected("'" + answered.substr(0, 60) + "', as in " + where)
      .got("'" + placed.ask.intent.substr(0, 60) + "'")
      .hint("give the same asks in the same order, with new ones behind them; or choose another folder");
}

/// All that an ask says.
std::string id_of(const Ask& ask) {
  return content_id({ask.intent, ask.task, ask.words, ask.return_spec, ask.have, std::to_string(ask.want_words),
                     ask.nearest ? "nearest" : "", ask.mention});
}

/// Of an answer in the folder.
struct Asked {
  std::string intent, task, id;  ///< no id in folders of earlier versions
};

Asked asked_in(const data::Json& answered, const std::string& where) {
  try {
    const data::Fields fields(answered, "answer");
    return {fields.text("intent"), fields.text("task"), fields.text_or("ask", "")};
  } catch (const Error& error) {
    throw data::completed(error, where, "the folder's answers were changed: choose another folder, or remove this one");
  }
}

void require_same(const std::optional<PlacedAsk>& placed, const data::Json& answered, const std::string& where) {
  const auto [intent, task, id] = asked_in(answered, where);
  if (!placed) throw another_ask({}, intent, where).got("the end of the asks");
  if (placed->ask.intent != intent || placed->ask.task != task)
    throw another_ask(*placed, intent + "' (" + task + ")", where);
  if (!id.empty() && id != id_of(placed->ask))
    throw another_ask(*placed, intent, where).got("the same intent with other words, return, have or mention");
}

/// What was taken from a stream to be looked at comes first again.
AskStream put_back(std::optional<PlacedAsk> first, AskStream rest) {
  const auto put = std::make_shared<std::optional<PlacedAsk>>(std::move(first));
  return {[put, next = std::move(rest.next)] { return *put ? std::exchange(*put, std::nullopt) : next(); },
          [put, ready = std::move(rest.ready)] { return put->has_value() || ready(); }};
}

}  // namespace

AnswerFolder::AnswerFolder(const std::filesystem::path& folder, const StudentModel& student, std::uint64_t seed,
                           int per_ask, const RunContext& context)
    : folder_(folder, wanted(student, seed, context)),
      per_ask_(static_cast<std::uint64_t>(per_ask)),
      writer_(folder_) {}

AskStream AnswerFolder::remaining(AskStream asks) {
  if (!data::has_shards(folder_.path())) return asks;
  data::JsonLinesReader reader(folder_.path());
  while (const std::optional<data::Json> first = reader.next()) {
    const std::string where = reader.position();
    std::uint64_t answers = 1;
    while (answers < per_ask_ && reader.next()) ++answers;
    kept_ += answers;
    again_ = answers % per_ask_;
    std::optional<PlacedAsk> asked = asks.next();
    require_same(asked, *first, where);
    if (again_ > 0) asks = put_back(std::move(asked), std::move(asks));
  }
  return asks;
}

void AnswerFolder::take(const Answer& answer, const command::Fitted& fitted) {
  if (again_ > 0) return void(--again_);
  if (std::exchange(folder_.manifest.complete, false)) folder_.save();
  data::OrderedJson line = answer_json(answer, fitted);
  line["ask"] = id_of(answer.ask);
  writer_.append_line(data::json_line(line));
  writer_.hand_over();
  ++written_;
}

void AnswerFolder::finish() {
  writer_.close();
  folder_.manifest.counts["answers"] = answers();
  folder_.finish();
}

}  // namespace udrl::inference
