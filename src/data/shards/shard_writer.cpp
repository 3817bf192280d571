// Appending records to a folder of shards, where an earlier run left off. Not for: the bytes of one shard
// (shard_file.cpp).
#include "shard_file.hpp"
#include "text/line_source.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = 1u << 20;

std::uint64_t count_lines(const fs::path& file) {
  LineSource source(file);
  std::string line;
  while (source.next(line)) {
  }
  return source.number();
}

}  // namespace

void remove_unfinished_shards(const fs::path& folder) {
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("part-") && name.ends_with(".jsonl.gz.tmp")) stale.push_back(entry.path());
  }
  std::error_code ignored;
  for (const fs::path& file : stale) fs::remove(file, ignored);
}

struct ShardWriter::Impl {
  Impl(const HeldFolder& where, WriteOptions write) : folder(where.path()), options(write) {
    if (options.records_per_shard == 0)
      throw user_error("records_per_shard is out of range").expected("1 or more").got("0");
    remove_unfinished_shards(folder);
    repair_shards(where);
    if (has_shards(folder)) go_on_after(list_shards(folder).back());
  }

  void go_on_after(const fs::path& last) {
    number = shard_number(last);
    const bool plain = last.extension() != ".gz";
    in_shard = plain && !options.compress ? count_lines(last) : options.records_per_shard;
    if (in_shard >= options.records_per_shard) ++number, in_shard = 0;
  }

  void append(std::string_view line) {
    if (in_shard == options.records_per_shard) next_shard();
    buffer.append(line) += '\n';
    ++in_shard;
    if (buffer.size() >= buffer_bytes) spill();
  }

  void next_shard() {
    finish();
    ++number, in_shard = 0;
  }

  void spill() {
    if (buffer.empty()) return;
    if (!shard) open();
    shard->write(buffer);
  }

  void open() {
    const fs::path file = shard_path(folder, number, options.compress);
    shard = options.compress ? create_gzip_shard(file) : append_plain_shard(file);
  }

  void flush() {
    spill();
    if (shard) shard->sync();
  }

  void finish() {
    spill();
    if (shard) shard->finish();
    shard.reset();
  }

  void close() {
    finish();
    if (options.compress && in_shard > 0) in_shard = options.records_per_shard;  // a finished .gz is never appended to
  }

  fs::path folder;
  WriteOptions options;
  std::optional<HeldFolder> own;  // where no one else holds it
  std::uint64_t number = 0;       // of the shard that is written
  std::uint64_t in_shard = 0;     // records in it, buffered ones included
  std::string buffer;             // whole lines of this shard
  std::unique_ptr<ShardFile> shard;
};

ShardWriter::ShardWriter(const HeldFolder& folder, WriteOptions options)
    : impl_(std::make_unique<Impl>(folder, options)) {}

ShardWriter::ShardWriter(const fs::path& folder, WriteOptions options) {
  HeldFolder held(folder);
  impl_ = std::make_unique<Impl>(held, options);
  impl_->own.emplace(std::move(held));
}

ShardWriter::ShardWriter(ShardWriter&&) noexcept = default;

ShardWriter::~ShardWriter() {
  if (!impl_) return;
  try {
    impl_->close();
  } catch (...) {  // whoever wants to know calls close()
  }
}

void ShardWriter::append(const Json& json) { impl_->append(to_line(json)); }
void ShardWriter::append_line(std::string_view line) { impl_->append(line); }
void ShardWriter::hand_over() { impl_->spill(); }
void ShardWriter::flush() { impl_->flush(); }

void ShardWriter::close() {
  impl_->close();
  impl_->own.reset();
}

}  // namespace udrl::data
