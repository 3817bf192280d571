// The score stage's bookkeeping: which records a block keeps, and where an earlier run ended.
#include "blocks.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/intent_place.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/score/scorer.hpp"
#include "udrl/task/validity.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> plain_shards(const fs::path& folder) {
  std::vector<fs::path> shards;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("part-") && name.ends_with(".jsonl")) shards.push_back(entry.path());
  }
  std::sort(shards.begin(), shards.end());
  return shards;
}

/// Not by lines, which may have any length.
void for_each_piece(const fs::path& file, const std::function<void(std::string_view)>& use) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    use({buffer.data(), static_cast<std::size_t>(in.gcount())});
}

std::uint64_t count_lines(const fs::path& file) {
  std::uint64_t lines = 0;
  for_each_piece(file, [&](std::string_view piece) {
    lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
  });
  return lines;
}

std::uintmax_t bytes_of_lines(const fs::path& file, std::uint64_t lines) {
  std::uintmax_t bytes = 0;
  for_each_piece(file, [&](std::string_view piece) {
    std::size_t at = 0;
    while (lines > 0 && at < piece.size()) {
      const std::size_t newline = piece.find('\n', at);
      at = newline == std::string_view::npos ? piece.size() : newline + 1;
      if (newline != std::string_view::npos) --lines;
    }
    bytes += at;
  });
  return bytes;
}

/// By intent, then by task.
std::pair<std::uint64_t, std::uint64_t> place_of(const data::Record& record) {
  constexpr int task_bits = 16;
  const std::uint64_t task = leading_bits(content_id({record.task}));
  const std::uint64_t answer = leading_bits(content_id({record.id, record.answer}));
  return {data::place_of(record.intent), (task >> (64 - task_bits) << (64 - task_bits)) | (answer >> task_bits)};
}

}  // namespace

Filter::Filter(const fs::path& tasks_folder, const std::vector<std::string>& scorers)
    : applies_rules_(std::find(scorers.begin(), scorers.end(), "valid") == scorers.end()),
      needs_tasks_(std::any_of(scorers.begin(), scorers.end(), score::reads_task)) {
  if (tasks_folder.empty()) return;
  for (task::Task& task : task::load_tasks(tasks_folder, {})) tasks_.emplace(task.name, std::move(task));
}

std::string Filter::reason(const data::Record& record) const {
  if (!record.is_whole()) return "finish_" + (record.finish.empty() ? "unknown" : record.finish);
  if (record.answer.empty()) return "rule_empty";
  const auto task = tasks_.find(record.task);
  if (task == tasks_.end() && needs_tasks_)
    throw user_error("a record's task has no file, and a scorer reads it")
        .got("task '" + record.task + "' in record " + record.id)
        .hint("name the folder of its file (--tasks-folder)");
  if (task == tasks_.end() || !applies_rules_) return "";
  const std::string rule = task::broken_rule(record.answer, record.intent.intent, task->second);
  return rule.empty() ? "" : "rule_" + rule;
}

SortedSamples::SortedSamples(data::RecordStream stream, const Filter& filter, const fs::path& where,
                             score::Siblings* siblings)
    : sorter_(where) {
  while (auto record = stream.next()) {
    if (total_ % 1024 == 0) check_stop("score stopped while reading its input", "run the same command again");
    const std::string reason = filter.reason(*record);
    ++counts_[reason.empty() ? "scored" : reason];
    if (!reason.empty()) continue;
    ++total_;
    if (siblings != nullptr) siblings->add(record->intent);
    record->extra.erase("rejected_by");  // of what is kept it says nothing, and older samples lack it
    const auto [intent, order] = place_of(*record);
    sorter_.add(intent, order, data::to_line(data::to_json(*record)));
  }
  if (stream.rejected() > 0) counts_["bad_lines"] = stream.rejected();
}

void SortedSamples::for_each_block(int size, const std::function<void(std::vector<data::Record>)>& use) {
  std::vector<data::Record> block;
  std::uint64_t last = 0;
  sorter_.drain([&](const data::ExternalSorter::Entry& entry) {
    if (block.size() >= static_cast<std::size_t>(size) && entry.key != last) use(std::exchange(block, {}));
    last = entry.key;
    block.push_back(data::record_from_json(data::parse_json(entry.payload)));
  });
  if (!block.empty()) use(std::move(block));
}

std::uint64_t written_lines(const HeldFolder& folder) {
  data::repair_shards(folder);
  std::uint64_t lines = 0;
  for (const fs::path& shard : plain_shards(folder.path())) lines += count_lines(shard);
  return lines;
}

void keep_lines(const HeldFolder& folder, std::uint64_t keep) {
  for (const fs::path& shard : plain_shards(folder.path())) {
    const std::uint64_t lines = count_lines(shard);
    if (lines > keep) fs::resize_file(shard, bytes_of_lines(shard, keep));
    if (keep == 0) fs::remove(shard);
    keep -= std::min(keep, lines);
  }
}

}  // namespace udrl::distill
