// Answers of a model as records.
#include "answer_records.hpp"

#include <cassert>
#include <unordered_map>

#include "udrl/data/shards.hpp"
#include "udrl/distill/validity.hpp"

namespace udrl::distill {

using data::Record;

namespace {

constexpr std::uint64_t flush_every = 32;  // answers that a kill -9 may cost

void take_answer(Record& record, const lm::Completion& answer, const std::string& text, const Task& task) {
  record.prompt = text;
  record.tokens = answer.tokens;
  record.finish = lm::to_string(answer.finish);
  record.extra["rejected_by"] = "";
  if (answer.finish != lm::Finish::stop) return;
  const std::string rule = broken_rule(record.prompt, record.intent.intent, task);
  if (rule.empty()) return;
  record.finish = "rejected";
  record.extra["rejected_by"] = rule;
}

/// The name under which a record is counted: its finish, or "rejected_RULE".
std::string outcome_of(const Record& record) {
  return record.finish == "rejected" ? "rejected_" + record.extra.value("rejected_by", "") : record.finish;
}

}  // namespace

lm::Throughput ask_all(lm::LanguageModel& model, const Asking& asking, data::OutputFolder& out, Progress& progress) {
  data::ShardWriter writer(out);
  std::unordered_map<std::string, Question> asked;
  const auto next = [&]() -> std::optional<lm::Request> {
    std::optional<Question> question = asking.next();
    if (!question) return std::nullopt;
    lm::Request request = std::move(question->request);
    assert(!asked.contains(request.id));  // two answers of one id could not be told apart
    asked.emplace(request.id, std::move(*question));
    return request;
  };
  const auto take = [&](const lm::Completion& answer) {
    auto node = asked.extract(answer.id);
    Question& question = node.mapped();
    take_answer(question.record, answer, asking.text_of(answer), *question.task);
    writer.append(data::to_json(question.record));
    ++out.manifest.counts[outcome_of(question.record)];
    if (++progress.done % flush_every == 0) writer.flush();
    asking.answered(progress, answer);
  };
  const lm::Throughput figures = model.complete(next, take);
  writer.close();
  out.manifest.complete = progress.done == progress.total;
  out.save();
  return figures;
}

std::unordered_set<std::string> read_answered(data::OutputFolder& out) {
  std::unordered_set<std::string> ids;
  out.manifest.counts.clear();
  data::repair_shards(out);
  if (!data::has_shards(out.path())) return ids;
  data::JsonLinesReader reader(out.path());
  while (const auto record = reader.next_as(data::record_from_json)) {
    if (ids.insert(record->id).second) ++out.manifest.counts[outcome_of(*record)];
  }
  return ids;
}

}  // namespace udrl::distill
