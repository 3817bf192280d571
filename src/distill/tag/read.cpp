// Parsing, hashes and signatures of samples.
#include "read.hpp"

#include <algorithm>

#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/unscored.hpp"

namespace udrl::distill {
namespace {

bool breaks_a_rule(const data::Record& record) {
  const auto valid = record.scores.find("valid");
  return valid != record.scores.end() && valid->second < 0.5;
}

/// Duplicates are found later, among all.
RowOutcome outcome_of(const data::Record& record, int words, const TaskChoice& tasks) {
  if (tasks.only && std::find(tasks.names.begin(), tasks.names.end(), record.task) == tasks.names.end())
    return RowOutcome::other_task;
  if (words < 1) return RowOutcome::empty;
  if (words > command::max_words) return RowOutcome::too_long;
  return breaks_a_rule(record) ? RowOutcome::invalid : RowOutcome::kept;
}

}  // namespace

ReadSample SampleReader::read(data::Record record) const {
  ReadSample sample;
  const int words = record.words.value_or(data::count_words(record.answer));
  sample.row.id = row_id(record);
  sample.row.words = static_cast<std::uint8_t>(std::clamp(words, 0, 255));
  sample.row.outcome = outcome_of(record, words, tasks_);
  for (std::size_t i = 0; i < score_names_.size(); ++i) {
    if (score_names_[i] == rarity_score) {
      sample.scores.push_back(0);  // filled in when all are read
      continue;
    }
    const auto score = record.scores.find(score_names_[i]);
    const bool there = score != record.scores.end();
    if (!there && sample.row.kept() && data::is_unscored(record, score_names_[i]))
      sample.row.outcome = RowOutcome::unscored;
    if (!there && sample.row.lacks == 0)
      sample.row.lacks = static_cast<std::uint8_t>(std::min<std::size_t>(i + 1, 255));
    sample.scores.push_back(there ? score->second : 0.0);
  }
  sample.text = data::text_key(record.answer, record.task);
  sample.intent_key = IntentTable::key_of(record.intent);
  sample.intent = std::move(record.intent);
  sample.task = std::move(record.task);
  sample.answer = sign(sample.row.kept() ? record.answer : "");
  return sample;
}

std::vector<ReadLine> SampleReader::operator()(std::vector<data::SampleLines::Line> lines) const {
  std::vector<ReadLine> out;
  for (data::SampleLines::Line& line : lines) {
    try {
      out.emplace_back(read(data::sample_of(line)));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::user) throw;
      out.emplace_back(BadSample{std::move(line), error});
    }
  }
  return out;
}

}  // namespace udrl::distill
