// One shard being written: plain (appended to, whole lines or nothing) or gzipped (whole or not at all). For the data
// room only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "udrl/base/descriptor.hpp"

namespace udrl::data {

class ShardFile {
 public:
  virtual ~ShardFile() = default;
  /// Writes whole lines and removes from `lines` what reached the file. On a failed write (full disk) throws `Error`
  /// (failure); a plain shard then holds whole lines only, and `lines` the rest.
  virtual void write(std::string& lines) = 0;
  /// What was written survives a power cut.
  virtual void sync() = 0;
  /// The shard is complete.
  virtual void finish() = 0;
};

std::unique_ptr<ShardFile> append_plain_shard(const std::filesystem::path& file);
std::unique_ptr<ShardFile> create_gzip_shard(const std::filesystem::path& file);

/// Removes gzipped shards that a killed process did not finish. The caller holds the folder.
void remove_unfinished_shards(const std::filesystem::path& folder);
/// "part-00012.jsonl" or "part-00012.jsonl.gz" in `folder`.
std::filesystem::path shard_path(const std::filesystem::path& folder, std::uint64_t number, bool compressed);
/// The number in a shard's name.
std::uint64_t shard_number(const std::filesystem::path& shard);

}  // namespace udrl::data
