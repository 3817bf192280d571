// Means by folder and task.
#include "udrl/inspect/summary.hpp"

#include <algorithm>
#include <set>

#include "udrl/base/process.hpp"
#include "udrl/base/shown.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"
#include "udrl/score/diversity.hpp"

namespace udrl::inspect {
namespace {

constexpr int words_compared = 8;  // answers are cut to so many: longer ones repeat themselves more

struct Gathered {
  SummaryRow row;
  std::uint64_t samples = 0;
  std::map<std::string, std::uint64_t> scored;  ///< samples by value: a judge may have none to give
  std::vector<std::string> answers;             ///< the first ones, for distinct-2
};

void add(Gathered& to, const data::Record& record, std::size_t answers_wanted) {
  ++to.row.records;
  to.row.tokens += record.tokens;
  const data::Fields other(record.extra, "record");
  ++to.row.outcomes[record.finish == "rejected" ? other.text_or("rejected_by", "rejected") : record.finish];
  if (!record.is_whole()) return;
  ++to.samples;
  to.row.words += data::count_words(record.answer);
  for (const auto& [name, value] : record.scores) to.row.scores[name] += value, ++to.scored[name];
  if (to.answers.size() < answers_wanted) to.answers.push_back(record.answer);
}

SummaryRow finished(Gathered gathered) {
  SummaryRow row = std::move(gathered.row);
  const auto samples = static_cast<double>(std::max<std::uint64_t>(gathered.samples, 1));
  row.words /= samples;
  row.tokens /= static_cast<double>(row.records);
  for (auto& [name, value] : row.scores) value /= static_cast<double>(gathered.scored.at(name));
  row.distinct_2 = score::distinct_n(gathered.answers, 2, words_compared);
  return row;
}

}  // namespace

double SummaryRow::valid() const {
  const auto stop = outcomes.find("stop");
  return stop == outcomes.end() ? 0 : static_cast<double>(stop->second) / static_cast<double>(records);
}

void declare(OptionSet& set, SummaryOptions& o) {
  set.add("input", o.input, "folders of samples or scored records").required();
  set.add("distinct_answers", o.distinct_answers, "answers that distinct-2 is counted over").range(1, 1e6);
}

std::vector<SummaryRow> summarise(const SummaryOptions& options, const RunContext&) {
  std::vector<SummaryRow> rows;
  for (const std::string& folder : options.input) {
    std::map<std::string, Gathered> tasks;
    data::JsonLinesReader reader(folder);
    const auto take = [&](const data::Json& json) {
      const data::Record record = data::record_from_json(json);
      add(tasks[record.task], record, static_cast<std::size_t>(options.distinct_answers));
      return true;
    };
    while (reader.next_as(take)) check_stop("the summary was stopped", "run the same command again");
    data::require_some(tasks.size(), folder, "record");
    for (auto& [task, gathered] : tasks) {
      rows.push_back(finished(std::move(gathered)));
      rows.back().folder = folder;
      rows.back().task = task;
    }
  }
  return rows;
}

std::string to_text(const std::vector<SummaryRow>& rows) {
  std::set<std::string> scores;
  for (const SummaryRow& row : rows)
    for (const auto& score : row.scores) scores.insert(score.first);
  std::vector<std::vector<std::string>> lines{{"folder", "task", "records", "valid", "words", "tokens", "distinct-2"}};
  lines[0].insert(lines[0].end(), scores.begin(), scores.end());
  for (const SummaryRow& row : rows) {
    lines.push_back({row.folder, row.task, std::to_string(row.records), fixed(100 * row.valid(), 1) + "%",
                     fixed(row.words, 1), fixed(row.tokens, 1), fixed(row.distinct_2, 3)});
    for (const std::string& name : scores) {
      const auto found = row.scores.find(name);
      lines.back().push_back(found == row.scores.end() ? "–" : fixed(found->second, 3));
    }
  }
  std::string text = aligned_table(lines, 2);
  for (const SummaryRow& row : rows) {
    if (row.valid() == 1) continue;
    text += "no samples in " + row.folder + ", " + row.task + ":";
    for (const auto& [outcome, count] : row.outcomes)
      if (outcome != "stop") text += " " + outcome + " " + std::to_string(count);
    text += "\n";
  }
  return shown(text);
}

}  // namespace udrl::inspect
