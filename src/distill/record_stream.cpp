// The samples of several folders as one stream.
#include "record_stream.hpp"

#include "udrl/base/error.hpp"
#include "udrl/data/manifest.hpp"

namespace udrl::distill {
namespace {

data::Record sample_from_json(const data::Json& json) {
  data::Record record = data::record_from_json(json);
  if (!record.id.empty() && !record.task.empty()) return record;
  throw user_error("the record is no sample")
      .expected("id, task and prompt")
      .hint("give a folder that 'synthesize' wrote");
}

std::string folder_name(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.lexically_normal();
  return plain.has_filename() ? plain.filename().string() : plain.parent_path().filename().string();
}

}  // namespace

RecordStream::RecordStream(std::vector<std::string> inputs, std::filesystem::path rejects)
    : inputs_(std::move(inputs)), rejects_(std::move(rejects)) {
  if (inputs_.empty()) throw user_error("no input").hint("name at least one folder with --input");
}

std::filesystem::path RecordStream::rejects_of(std::size_t input) const {
  if (rejects_.empty() || input == 0) return rejects_;
  std::filesystem::path file = rejects_;
  return file.replace_filename(rejects_.stem().string() + "-" + std::to_string(input + 1) + ".jsonl");
}

bool RecordStream::open_next() {
  if (reader_) rejected_before_ += reader_->rejected();
  reader_.reset();
  if (opened_ == inputs_.size()) return false;
  reader_ = std::make_unique<data::JsonLinesReader>(inputs_[opened_],
                                                    data::ReadOptions{!rejects_.empty(), rejects_of(opened_), true});
  ++opened_;
  return true;
}

std::optional<data::Record> RecordStream::next() {
  while (reader_ || open_next()) {
    if (auto record = reader_->next_as(sample_from_json)) return record;
    if (!open_next()) break;
  }
  return std::nullopt;
}

std::uint64_t RecordStream::rejected() const { return rejected_before_ + (reader_ ? reader_->rejected() : 0); }

std::map<std::string, std::string> hash_inputs(const std::vector<std::string>& inputs) {
  std::map<std::string, std::string> hashes;
  for (const std::string& input : inputs) {
    const std::string base = folder_name(input);
    std::string name = base;
    for (int i = 2; hashes.contains(name); ++i) name = base + " " + std::to_string(i);
    hashes[name] = data::hash_input(input);
  }
  return hashes;
}

}  // namespace udrl::distill
