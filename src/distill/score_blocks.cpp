// The score stage's bookkeeping: which records a block keeps, and where an earlier run ended.
#include "score_blocks.hpp"

#include <algorithm>
#include <fstream>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/distill/validity.hpp"

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

std::uint64_t count_lines(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint64_t lines = 0;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    lines += static_cast<std::uint64_t>(std::count(buffer.begin(), buffer.begin() + in.gcount(), '\n'));
  }
  return lines;
}

std::uintmax_t bytes_of_lines(const fs::path& file, std::uint64_t lines) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  std::uintmax_t bytes = 0;
  for (std::uint64_t i = 0; i < lines && std::getline(in, line); ++i) bytes += line.size() + 1;
  return bytes;
}

void keep_lines(const fs::path& folder, std::uint64_t keep) {
  for (const fs::path& shard : plain_shards(folder)) {
    const std::uint64_t lines = count_lines(shard);
    if (lines > keep) fs::resize_file(shard, bytes_of_lines(shard, keep));
    if (keep == 0) fs::remove(shard);
    keep -= std::min(keep, lines);
  }
}

}  // namespace

Filter::Filter(const std::filesystem::path& tasks_folder) {
  if (tasks_folder.empty()) return;
  for (Task& task : load_tasks(tasks_folder, {})) tasks_.emplace(task.name, std::move(task));
}

std::string Filter::reason(const data::Record& record) const {
  if (record.finish != "stop") return "finish_" + (record.finish.empty() ? "unknown" : record.finish);
  if (record.prompt.empty()) return "rule_empty";
  const auto task = tasks_.find(record.task);
  if (task == tasks_.end()) return "";
  const std::string rule = broken_rule(record.prompt, record.intent.intent, task->second);
  return rule.empty() ? "" : "rule_" + rule;
}

Block read_block(RecordStream& stream, const Filter& filter, int size, std::map<std::string, std::uint64_t>& counts) {
  Block block;
  for (int i = 0; i < size; ++i) {
    std::optional<data::Record> record = stream.next();
    if (!record) {
      block.last = true;
      break;
    }
    const std::string reason = filter.reason(*record);
    ++counts[reason.empty() ? "scored" : reason];
    if (reason.empty()) block.kept.push_back(std::move(*record));
  }
  return block;
}

Survey survey_blocks(RecordStream stream, const Filter& filter, int block_size) {
  Survey survey;
  for (bool last = false; !last;) {
    const Block block = read_block(stream, filter, block_size, survey.counts);
    survey.kept.push_back(static_cast<std::uint32_t>(block.kept.size()));
    survey.total += block.kept.size();
    last = block.last;
    check_stop("score stopped while reading its input", "run the same command again");
  }
  if (stream.rejected() > 0) survey.counts["bad_lines"] = stream.rejected();
  return survey;
}

std::size_t resume_at_block(const std::filesystem::path& folder, const Survey& survey) {
  data::repair_shards(folder);
  std::uint64_t lines = 0, kept = 0;
  for (const fs::path& shard : plain_shards(folder)) lines += count_lines(shard);
  std::size_t blocks = 0;
  while (blocks < survey.kept.size() && kept + survey.kept[blocks] <= lines) kept += survey.kept[blocks++];
  if (lines > kept) keep_lines(folder, kept);
  return blocks;
}

}  // namespace udrl::distill
