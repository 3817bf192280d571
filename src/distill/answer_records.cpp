// Answers of a model as records.
#include "answer_records.hpp"

#include <cassert>
#include <unordered_map>

#include "endpoint_ledger.hpp"
#include "udrl/base/process.hpp"
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

/// What came before an error is kept, and the error is what is told.
lm::Throughput complete_and(lm::LanguageModel& model, const lm::RequestSource& next, const lm::CompletionSink& take,
                            const std::function<void()>& finish) {
  lm::Throughput figures;
  try {
    figures = model.complete(next, take);
  } catch (const Error&) {
    try {
      finish();
    } catch (const Error&) {  // most likely of the same cause
    }
    throw;
  }
  finish();
  return figures;
}

}  // namespace

lm::Throughput ask_all(lm::LanguageModel& model, const Asking& asking, const std::filesystem::path& folder,
                       data::Manifest& manifest, Progress& progress) {
  data::ShardWriter writer(folder);
  EndpointLedger ledger(folder, asking.observer);
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
    if (!ledger.take(answer)) {
      progress.detail = std::to_string(ledger.failures()) + " failed";
      return;
    }
    take_answer(question.record, answer, asking.text_of(answer), *question.task);
    writer.append(data::to_json(question.record));
    ++manifest.counts[outcome_of(question.record)];
    if (++progress.done % flush_every == 0) writer.flush();
    asking.answered(progress, answer);
  };
  const auto finish = [&] {
    writer.close();
    ledger.save();
    ledger.add_to(manifest.counts);
    manifest.complete = progress.done == progress.total;
    data::write_manifest(folder, manifest);
  };
  const lm::Throughput figures = complete_and(model, next, take, finish);
  if (!stop_requested()) ledger.require_none();
  return figures;
}

std::unordered_set<std::string> read_answered(const std::filesystem::path& folder,
                                              std::map<std::string, std::uint64_t>& counts) {
  std::unordered_set<std::string> ids;
  data::repair_shards(folder);
  if (!data::has_shards(folder)) return ids;
  data::JsonLinesReader reader(folder);
  while (const auto record = reader.next_as(data::record_from_json)) {
    if (record->finish == lm::to_string(lm::Finish::error)) continue;
    if (ids.insert(record->id).second) ++counts[outcome_of(*record)];
  }
  return ids;
}

}  // namespace udrl::distill
