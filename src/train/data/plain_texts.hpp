// Plain text for the first phase of a run: text files, whose documents are paragraphs, and JSON lines with a field
// "text". Internal. Not for: tokens (token_store.hpp), or batches (plain_phase.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/lines.hpp"

namespace udrl::train {

/// A document, or a part of a very long one.
struct PlainText {
  std::string place;  ///< "notes.txt:12", the line on which it begins
  std::string text;   ///< as it was written
  bool ends = true;   ///< the document ends with it
};

/// A file, or the files of a folder and of those below it, sorted; hidden ones are left out. Names that end in .jsonl
/// or .jsonl.gz are JSON lines, all others text. Throws `Error` (user) where there are none.
std::vector<std::filesystem::path> plain_files(const std::filesystem::path& file_or_folder);
/// Of their names and contents.
std::string hash_plain(const std::filesystem::path& file_or_folder);

/// The documents of such files in order, in flat memory.
class PlainReader {
 public:
  explicit PlainReader(const std::filesystem::path& file_or_folder);
  /// Throws `Error` (user) with file and line where a line is no object with a text in "text", or the text is not
  /// UTF-8.
  std::optional<PlainText> next();

 private:
  bool open_next();
  bool read_object();
  bool read_paragraph();
  bool hold_line();

  std::vector<std::filesystem::path> files_;
  std::size_t at_ = 0;
  std::optional<data::LineReader> lines_;
  bool objects_ = false;
  PlainText found_;             ///< what is read
  std::deque<PlainText> held_;  ///< what comes next: a line, or parts of it
};

/// As it stands in a sequence: normalised, a space before it; "" where nothing is left.
std::string sequence_text(const PlainText& text);

}  // namespace udrl::train
