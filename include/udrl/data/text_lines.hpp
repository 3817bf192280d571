// Text that people and other programs wrote, line by line, and tables in it: CSV and TSV. Any line end, gzipped or not,
// in flat memory. Not for: shards (lines.hpp), or JSON (fields.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/error.hpp"

namespace udrl::data {

/// Of a record or a request: parsed, JSON takes up to forty times its bytes. Of text a line may have as much as a
/// document (files.hpp), which may be one.
inline constexpr std::size_t longest_json_line_mib = 8;

/// A line ends with \n, \r\n or \r. A byte order mark is dropped. Throws `Error` (user) with file and line where the
/// file is not UTF-8, with the command that converts it, or no text at all.
class TextLines {
 public:
  explicit TextLines(const std::filesystem::path& file);
  /// What comes through a pipe or a terminal is given as it comes, and once; "-" is standard input. A request to stop
  /// (process.hpp) ends it.
  static TextLines live(const std::filesystem::path& file);
  ~TextLines();
  TextLines(TextLines&&) noexcept;
  /// The next line without its end; false at the end of the file.
  bool next(std::string& line);
  /// Whether `next` answers without waiting for whoever writes into a pipe. A line may still come in pieces.
  bool ready() const;
  /// Of the line returned last, from 1.
  std::uint64_t number() const;
  /// "mine.txt:3"
  std::string place() const;

 private:
  struct Impl;
  explicit TextLines(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// All lines of a file, each with \n behind it. Throws as `TextLines`, and `document_too_long` (files.hpp).
std::string read_text(const std::filesystem::path& file);

/// Comma, tab or semicolon: the delimiter under which a header holds this column, whatever its case.
std::optional<char> delimiter_of(std::string_view header, std::string_view column);

/// Rows of fields as spreadsheets read them (RFC 4180, and what it leaves open): a field that begins with a double
/// quote ends at the next single one, and may hold delimiters, line breaks and, doubled, quotes; anywhere else a quote
/// is a character like others.
class TableReader {
 public:
  TableReader(const std::filesystem::path& file, char delimiter);
  /// The next row; false at the end of the file. Throws `Error` (user) with file and line where a quoted field does not
  /// end, or goes over lines and ends within text, or over more than a document may have: a quote that was not meant to
  /// open it.
  bool next(std::vector<std::string>& fields);
  /// Of the row returned last: its first line, as "mine.csv:3".
  std::string place() const { return place_; }

 private:
  std::size_t read_quoted(std::size_t at, std::string& field);
  void next_line_of_row();
  TextLines lines_;
  char delimiter_;
  std::size_t row_bytes_ = 0;
  std::string line_, place_;
};

}  // namespace udrl::data
