// Answers of a model as records.
#include "answer_records.hpp"

#include <string_view>
#include <unordered_map>

#include "endpoint/ledger.hpp"
#include "endpoint/usage.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/task/validity.hpp"

namespace udrl::distill {

using data::Record;

namespace {

constexpr std::uint64_t flush_every = 32;  // answers that a power cut may cost

void take_answer(Record& record, const lm::Completion& answer, const std::string& text, const task::Task& task) {
  record.answer = text;
  record.tokens = answer.tokens;
  record.finish = to_string(answer.finish);
  record.extra["rejected_by"] = "";
  if (answer.finish != lm::Finish::stop) return;
  const std::string rule = task::broken_rule(record.answer, record.intent.intent, task);
  if (rule.empty()) return;
  record.finish = "rejected";
  record.extra["rejected_by"] = rule;
}

std::string after(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "";
}

/// The name under which a record is counted: its finish, or "rejected_RULE".
std::string outcome_of(const Record& record) {
  return record.finish == "rejected" ? "rejected_" + data::Fields(record.extra, "record").text_or("rejected_by", "")
                                     : record.finish;
}

/// A request's error names it by its id, which tells a user nothing.
Error with_intent(const Error& error, const std::unordered_map<std::string, PlannedAnswer>& asked) {
  const auto question = asked.find(after(error.where(), "request "));
  if (question == asked.end()) return error;
  const Record& record = question->second.record;
  return Error(error).at("intent '" + record.intent.intent + "', task '" + record.task + "'");
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

std::vector<data::Intent> each_once(std::vector<data::Intent> intents, Observer& observer) {
  const std::size_t all = intents.size();
  data::IdNumbers seen;
  std::erase_if(intents, [&](const data::Intent& intent) { return !seen.add(intent.intent).second; });
  if (intents.size() < all)
    observer.note(Level::warning,
                  "intents that stand more than once are asked about once: " + std::to_string(all - intents.size()) +
                      " of " + std::to_string(all) + " left out");
  return intents;
}

lm::Throughput ask_all(lm::LanguageModel& model, const Asking& asking, data::OutputFolder& out, Progress& progress) {
  data::ShardWriter writer(out);
  EndpointLedger ledger(out.path(), asking.observer);
  std::unordered_map<std::string, PlannedAnswer> asked;
  bool is_all_asked = false;
  const auto next = [&]() -> std::optional<lm::Request> {
    std::optional<PlannedAnswer> question = asking.next();
    is_all_asked = !question;
    if (is_all_asked) return std::nullopt;
    lm::Request request = std::move(question->request);
    if (!asked.try_emplace(request.id, std::move(*question)).second)  // the two answers could not be told apart
      throw failure("a question was to be asked twice").at("request " + request.id);
    return request;
  };
  const auto take = [&](const lm::Completion& answer) {
    auto node = asked.extract(answer.id);
    PlannedAnswer& question = node.mapped();
    if (!ledger.take(answer)) {
      progress.detail = std::to_string(ledger.failures()) + " failed";
      return;
    }
    // A larger `limit` goes on with what was complete.
    if (std::exchange(out.manifest.complete, false)) out.save();
    take_answer(question.record, answer, asking.text_of(answer, *question.task), *question.task);
    writer.append(data::to_json(question.record));
    writer.hand_over();  // before it is counted
    ++out.manifest.counts[outcome_of(question.record)];
    if (++progress.done % flush_every == 0) writer.flush();
    asking.answered(progress, answer);
  };
  const auto finish = [&] {
    writer.close();
    ledger.save();
    ledger.add_to(out.manifest.counts);
    note_usage(model, out.manifest, asking.observer);
    // With a smaller `limit` than before more is there than was to be asked.
    out.manifest.complete =
        progress.done == progress.total || (is_all_asked && asked.empty() && ledger.failures() == 0);
    out.save();
  };
  lm::Throughput figures;
  try {
    figures = complete_and(model, next, take, finish);
  } catch (const Error& error) {
    throw with_intent(error, asked);
  }
  if (!stop_requested()) ledger.require_none();
  return figures;
}

data::IdNumbers read_answered(data::OutputFolder& out) {
  data::IdNumbers ids;
  out.manifest.counts.clear();
  data::repair_shards(out);
  if (!data::has_shards(out.path())) return ids;
  data::JsonLinesReader reader(out.path());
  struct Found {
    std::string id, finish, outcome;
  };
  const auto answered = [](const data::Json& json) {
    const Record record = data::record_from_json(json);
    return Found{record.id, record.finish, outcome_of(record)};
  };
  while (const auto found = reader.next_as(answered)) {
    if (found->finish == to_string(lm::Finish::error)) continue;
    if (ids.add(found->id).second) ++out.manifest.counts[found->outcome];
  }
  return ids;
}

void require_samples(const data::Manifest& manifest, const std::filesystem::path& folder) {
  const auto samples = manifest.counts.find("stop");
  if (samples != manifest.counts.end() && samples->second > 0) return;
  throw failure("no answer is valid: later stages have nothing to work with")
      .at(folder.string())
      .expected("at least one answer that is complete and keeps the task's rules")
      .got(data::to_text(manifest.counts))
      .hint(
          "look at them with 'udrl-distill view', then change the task's rules, examples or max_tokens, or the model");
}

}  // namespace udrl::distill
