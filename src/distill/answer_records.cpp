// Answers of a model as records.
#include "answer_records.hpp"

#include "udrl/data/shards.hpp"
#include "udrl/distill/validity.hpp"

namespace udrl::distill {

using data::Record;

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

std::string outcome_of(const Record& record) {
  return record.finish == "rejected" ? "rejected_" + record.extra.value("rejected_by", "") : record.finish;
}

std::unordered_set<std::string> read_answered(const std::filesystem::path& folder,
                                              std::map<std::string, std::uint64_t>& counts) {
  std::unordered_set<std::string> ids;
  data::repair_shards(folder);
  if (!data::has_shards(folder)) return ids;
  data::JsonLinesReader reader(folder);
  while (const auto record = reader.next_as(data::record_from_json)) {
    if (ids.insert(record->id).second) ++counts[outcome_of(*record)];
  }
  return ids;
}

}  // namespace udrl::distill
