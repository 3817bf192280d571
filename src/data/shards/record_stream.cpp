// The samples of several folders as one stream.
#include "udrl/data/record_stream.hpp"

#include "udrl/base/error.hpp"
#include "udrl/data/manifest.hpp"

namespace udrl::data {
namespace {

constexpr std::size_t lines_in_batch = 256;  // milliseconds of parsing

std::string folder_name(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.lexically_normal();
  return plain.has_filename() ? plain.filename().string() : plain.parent_path().filename().string();
}

}  // namespace

Record sample_of(const Line& line) {
  Record record = record_from_json(parse_line(line));
  if (!record.id.empty() && !record.task.empty()) return record;
  throw user_error("the record is not a sample")
      .expected("id, task and answer")
      .hint("give a folder that 'synthesize' wrote");
}

SampleLines::SampleLines(std::vector<std::string> inputs, std::filesystem::path rejects)
    : inputs_(std::move(inputs)), rejects_(std::move(rejects)) {
  if (inputs_.empty()) throw user_error("no input").hint("name at least one folder with --input");
}

std::filesystem::path SampleLines::rejects_of(std::size_t input) const {
  if (rejects_.empty() || input == 0) return rejects_;
  std::filesystem::path file = rejects_;
  return file.replace_filename(rejects_.stem().string() + "-" + std::to_string(input + 1) + ".jsonl");
}

bool SampleLines::open_next() {
  const std::size_t input = bad_.size();
  if (input == inputs_.size()) return false;
  reader_.emplace(inputs_[input]);
  bad_.emplace_back(ReadOptions{!rejects_.empty(), rejects_of(input), true});
  return true;
}

bool SampleLines::next(Line& line) {
  while (reader_ || open_next()) {
    line.input = bad_.size() - 1;
    if (reader_->next(line)) return true;
    reader_.reset();
  }
  return false;
}

std::optional<std::vector<SampleLines::Line>> SampleLines::next_batch() {
  std::vector<Line> lines;
  for (Line line; lines.size() < lines_in_batch && next(line);) lines.push_back(std::move(line));
  return lines.empty() ? std::nullopt : std::optional(std::move(lines));
}

std::uint64_t SampleLines::rejected() const {
  std::uint64_t count = 0;
  for (const BadLines& bad : bad_) count += bad.count();
  return count;
}

std::optional<Record> RecordStream::next() {
  while (lines_.next(line_)) {
    try {
      return sample_of(line_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::user) throw;
      lines_.reject(line_, error);
    }
  }
  return std::nullopt;
}

std::map<std::string, std::string> hash_inputs(const std::vector<std::string>& inputs) {
  std::map<std::string, std::string> hashes, first;  // by name; by hash the input that had it
  for (const std::string& input : inputs) {
    const std::string base = folder_name(input);
    std::string name = base;
    for (int i = 2; hashes.contains(name); ++i) name = base + " " + std::to_string(i);
    hashes[name] = hash_input(input);
    const auto [same, is_new] = first.emplace(hashes[name], input);
    if (!is_new)
      throw user_error("the same records are given twice").got(same->second + " and " + input).hint("name each once");
  }
  return hashes;
}

std::map<std::string, std::string> models_of_inputs(const std::vector<std::string>& inputs,
                                                    std::map<std::string, std::string> own) {
  for (const std::string& input : inputs) {
    if (!has_manifest(input)) continue;
    for (const auto& [role, hash] : read_manifest(input).models) {
      const std::string base = role + " of " + folder_name(input);
      std::string key = role;
      for (int i = 1; own.contains(key) && own.at(key) != hash; ++i)
        key = i == 1 ? base : base + " " + std::to_string(i);
      own[key] = hash;
    }
  }
  return own;
}

}  // namespace udrl::data
