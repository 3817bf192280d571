// Counts and means over the rows.
#include "steps.hpp"

namespace udrl::distill {
namespace {

const char* count_name(const RecordRow& row) {
  switch (row.outcome) {
    case RowOutcome::duplicate: return "duplicate";
    case RowOutcome::duplicate_across: return "duplicate_across";
    case RowOutcome::near_duplicate: return "near_duplicate";
    case RowOutcome::near_duplicate_across: return "near_duplicate_across";
    case RowOutcome::near_held_out: return "near_held_out";
    case RowOutcome::too_long: return "too_long";
    case RowOutcome::empty: return "empty";
    case RowOutcome::invalid: return "invalid";
    case RowOutcome::unscored: return "unscored";
    case RowOutcome::other_task: return "other_task";
    case RowOutcome::not_chosen: return "not_chosen";
    case RowOutcome::bad_line: return "bad_lines";
    case RowOutcome::kept: break;
  }
  return split_names[static_cast<std::size_t>(row.split)];
}

void divide(TagRow& row) {
  const auto n = static_cast<double>(row.records);
  row.mean_words /= n;
  row.mean_return /= n;
  for (auto& [name, value] : row.mean_scores) value /= n;
}

}  // namespace

std::map<std::string, std::uint64_t> count_outcomes(Pool& pool) {
  std::map<std::string, std::uint64_t> counts;
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) { ++counts[count_name(row)]; });
  return counts;
}

void count_support(Pool& pool, command::Fitted& fitted) {
  const int returns = fitted.returns();
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
    if (!row.trains()) return;
    command::FittedTask& task = fitted.tasks[row.task];
    for (int which = 0; which < returns; ++which)
      task.of(which).support.add(row.words, row.bin[static_cast<std::size_t>(which)]);
    if (returns > 1) ++task.joint[{row.bin.begin(), row.bin.begin() + returns}];
  });
}

TagTable make_table(Pool& pool, const IntentCounts& intents) {
  std::map<IntentCounts::key_type, TagRow> rows;
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double> scores) {
    if (!row.kept()) return;
    TagRow& out = rows[{row.split, row.task, row.bin[0]}];
    ++out.records;
    out.mean_words += row.words;
    out.mean_return += row.real_return[0];
    for (std::size_t s = 0; s < scores.size(); ++s) out.mean_scores[pool.score_names[s]] += scores[s];
  });
  TagTable table{{}, pool.subjects};
  for (auto& [key, row] : rows) {
    row.split = split_names[static_cast<std::size_t>(std::get<0>(key))];
    row.task = pool.tasks[std::get<1>(key)];
    row.bin = std::get<2>(key);
    row.intents = intents.at(key);
    divide(row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace udrl::distill
