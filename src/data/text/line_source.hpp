// The lines of one shard, plain or gzipped, in flat memory. For the data room only. Not for: JSON (shard_reader.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "udrl/base/descriptor.hpp"

struct gzFile_s;

namespace udrl::data {

class LineSource {
 public:
  /// Throws `Error` (user) where the file cannot be opened. `live`: what comes through a pipe or a terminal is given as
  /// it comes, and once; "-" is standard input then. Such lines are requests, and no longer than JSON may be.
  explicit LineSource(std::filesystem::path file, bool live = false);

  /// The next line without its newline; false at the end. A byte order mark is dropped; in a file that begins without a
  /// newline, carriage returns alone end lines. Throws `Error` where the file cannot be read, is UTF-16 or -32, a
  /// compressed one is cut short, or a line is longer than 64 MiB (`live`: 8 MiB).
  bool next(std::string& line);
  /// Whether `next` answers without waiting for whoever writes into a pipe, as far as can be told: a line may come in
  /// pieces.
  bool ready() const;
  /// 1 for the first line.
  std::uint64_t number() const { return number_; }
  /// The line returned last had no newline: the file ends within it.
  bool torn() const { return torn_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  void open_live();
  void open_compressed();
  bool fill();
  std::size_t read_compressed();
  std::size_t read_live();
  void begin();
  void check_end() const;
  void refuse_compressed(std::string_view head) const;

  std::filesystem::path file_;
  std::size_t longest_line_mib_;
  std::unique_ptr<gzFile_s, Close> gz_;  ///< null where `live_` is read
  Descriptor live_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool begun_ = false;
  char line_end_ = '\n';
  std::uint64_t number_ = 0;
  bool torn_ = false;
};

}  // namespace udrl::data
