// Folders of part-NNNNN.jsonl (or .jsonl.gz): reading line by line in flat memory, appending whole lines, repair after
// a crash. Not for: what the records mean (record.hpp), or the manifest (manifest.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/held_folder.hpp"
#include "udrl/data/lines.hpp"
#include "udrl/data/record.hpp"

namespace udrl::data {

/// The shards of a folder in order; a plain file counts as a folder of one. Throws `Error` (user) if there is none.
std::vector<std::filesystem::path> list_shards(const std::filesystem::path& folder_or_file);

/// False also where the folder does not exist.
bool has_shards(const std::filesystem::path& folder);

/// Throws `Error` (user) where `count` is 0: there is no such `thing` ("intent") in what was read.
void require_some(std::uint64_t count, const std::filesystem::path& folder_or_file, const std::string& thing);
/// The same of lines, of which the first is looked for.
void require_lines(const std::filesystem::path& folder_or_file, const std::string& thing);

/// Reads lines across shards, gzipped or not. A malformed line (not JSON, an empty line, a record that
/// `record_from_json` refuses) stops with file, line and reason, or is rejected and counted.
class JsonLinesReader {
 public:
  explicit JsonLinesReader(std::filesystem::path folder_or_file, ReadOptions options = {});
  ~JsonLinesReader();
  JsonLinesReader(JsonLinesReader&&) noexcept;

  /// The next object, or nothing at the end.
  std::optional<Json> next();
  /// The next object converted; an `Error` (user) or an exception of the library of JSON, thrown by `convert`, makes a
  /// malformed line.
  template <class Convert>
  auto next_as(Convert convert) -> std::optional<decltype(convert(Json{}))> {
    std::optional<decltype(convert(Json{}))> out;
    next_with([&](Json& json) { out.emplace(convert(json)); });
    return out;
  }
  std::uint64_t rejected() const;
  /// "part-00001.jsonl:17" of what was returned last.
  std::string position() const;

 private:
  void next_with(const std::function<void(Json&)>& use);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::vector<Record> read_records(const std::filesystem::path& folder_or_file, ReadOptions options = {});
std::vector<Intent> read_intents(const std::filesystem::path& folder_or_file, ReadOptions options = {});

struct WriteOptions {
  std::uint64_t records_per_shard = 50'000;
  bool compress = false;  ///< .jsonl.gz; written whole per shard, so not resumable within a shard
};

/// Appends whole lines to the shards of a folder, going on in its last plain shard while that has room. Opening it
/// repairs a torn last line (cut after the last newline). Lines are buffered (1 MiB); the destructor closes but cannot
/// tell of an error: call `close`. A write that fails (full disk) throws `failure` and leaves only whole lines.
class ShardWriter {
 public:
  /// `folder` must outlive it.
  explicit ShardWriter(const HeldFolder& folder, WriteOptions options = {});
  /// Makes the folder where it is not there, and holds it itself until closed.
  explicit ShardWriter(const std::filesystem::path& folder, WriteOptions options = {});
  ~ShardWriter();
  ShardWriter(ShardWriter&&) noexcept;
  void append(const Json& json);
  /// What `to_line` made.
  void append_line(std::string_view line);
  /// Gives the buffered lines to the system: a process that is killed no longer takes them along. Cheap.
  void hand_over();
  /// The same, and waits until they are on the disk: they outlive the machine.
  void flush();
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Cuts each plain shard after its last newline; returns how many bytes were dropped.
std::uint64_t repair_shards(const HeldFolder& folder);

}  // namespace udrl::data
