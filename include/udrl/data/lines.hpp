// The lines of a folder of shards as they are, for those who parse them in threads, and what becomes of malformed ones.
// Not for: objects one after the other (JsonLinesReader in shards.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "udrl/base/error.hpp"
#include "udrl/data/record.hpp"

namespace udrl::data {

struct ReadOptions {
  bool skip_bad = false;          ///< put malformed lines into `rejects` and go on
  std::filesystem::path rejects;  ///< a JSONL file {file, line, why, text}; required with skip_bad; replaced
  bool can_skip = false;          ///< the tool has a flag --skip-bad: the error of a bad line names it
};

struct Line {
  std::string text;          ///< without its newline
  std::uint64_t number = 0;  ///< in its file, from 1
  bool torn = false;         ///< the file ends within it
  bool by_hand = false;      ///< of a file that was named itself: it may end without a newline
  std::shared_ptr<const std::filesystem::path> file;
};

/// Lines across shards, gzipped or not, in flat memory.
class LineReader {
 public:
  /// Throws `Error` (user) where there are no shards.
  explicit LineReader(const std::filesystem::path& folder_or_file);
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  /// False at the end.
  bool next(Line& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The object on a line. Throws `Error` (user) with the reason: not JSON, no object, empty, longer than 8 MiB,
/// nested too deep, cut short.
Json parse_line(const Line& line);
/// Throws `Error` (user) with its place where a line is longer than 8 MiB. For logs, whose readers take what kills
/// tore, and so parse it themselves.
void check_json_length(const Line& line);

/// What becomes of lines that cannot be read.
class BadLines {
 public:
  /// Removes the rejects of an earlier run, which read the same lines.
  explicit BadLines(ReadOptions options);
  ~BadLines();
  BadLines(BadLines&&) noexcept;
  /// Sets the line aside and counts it, or throws `Error` (user) with its place, the reason and the cure.
  void take(const Line& line, const Error& why);
  std::uint64_t count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::data
