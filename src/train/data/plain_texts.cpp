// Documents of text files and of JSON lines.
#include "plain_texts.hpp"

#include <algorithm>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_part = 64 * 1024;  // bytes; what has no empty lines is read in parts of about so many
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool holds_objects(const fs::path& file) {
  std::string name = data::fold_case(file.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name.ends_with(".jsonl") || name.ends_with(".ndjson") || name.ends_with(".json");
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_blank(const std::string& line) { return line.find_first_not_of(" \t\r\n") == std::string::npos; }

/// Cut at spaces into what is read at a time: a file may be one line.
std::vector<std::string_view> parts_of(std::string_view line) {
  std::vector<std::string_view> parts;
  for (auto space = line.find(' ', longest_part); space != line.npos; space = line.find(' ', longest_part)) {
    parts.push_back(line.substr(0, space));
    line.remove_prefix(space);
  }
  parts.push_back(line);
  return parts;
}

/// How often U+FFFD stands in a text. Normalising puts it where a text is not UTF-8.
std::size_t replacements(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(replacement); at != text.npos; at = text.find(replacement, at + replacement.size())) ++count;
  return count;
}

std::string text_of(const data::Line& line) {
  const data::Json json = data::parse_line(line);
  return data::Fields(json, "document").text("text");
}

}  // namespace

std::vector<fs::path> plain_files(const fs::path& file_or_folder) {
  const bool folder = fs::is_directory(file_or_folder);
  if (!folder && !fs::exists(file_or_folder))
    throw user_error("there is no such file or folder of plain text").at(file_or_folder.string());
  std::vector<fs::path> files = folder ? files_below(file_or_folder) : std::vector{file_or_folder};
  if (files.empty())
    throw user_error("the folder of plain text holds no file")
        .at(file_or_folder.string())
        .hint("put text files into it, or .jsonl files with a field \"text\"");
  return files;
}

std::string hash_plain(const fs::path& file_or_folder) {
  std::string all;
  // A file alone goes by its name: that says how it is read.
  const fs::path folder = fs::is_directory(file_or_folder) ? file_or_folder : file_or_folder.parent_path();
  for (const fs::path& file : plain_files(file_or_folder))
    all += file.lexically_relative(folder).string() + " " + data::hash_input(file) + "\n";
  return sha256(all);
}

PlainReader::PlainReader(const fs::path& file_or_folder) : files_(plain_files(file_or_folder)) {}

std::optional<PlainText> PlainReader::next() {
  while (lines_ || open_next()) {
    if (objects_ ? read_object() : read_paragraph()) return std::move(found_);
    lines_.reset();
  }
  return std::nullopt;
}

bool PlainReader::open_next() {
  if (at_ == files_.size()) return false;
  lines_.emplace(files_[at_]);
  objects_ = holds_objects(files_[at_]);
  ++at_;
  return true;
}

bool PlainReader::read_object() {
  data::Line line;
  if (!lines_->next(line)) return false;
  try {
    found_ = {line.file->filename().string() + ":" + std::to_string(line.number), text_of(line), true};
  } catch (const Error& error) {
    data::BadLines({}).take(line, error);
  }
  return true;
}

/// To the next empty line, or as much of it as is taken at a time.
bool PlainReader::read_paragraph() {
  found_ = {};
  while (!held_.empty() || hold_line()) {
    PlainText& next = held_.front();
    if (is_blank(next.text)) {
      held_.pop_front();
      if (!found_.text.empty()) return true;
      continue;
    }
    if (found_.text.size() >= longest_part) {  // it goes on, so what was read is not its end
      found_.ends = false;
      return true;
    }
    if (found_.text.empty()) found_ = std::move(next);
    else found_.text += next.text;
    held_.pop_front();
  }
  return !found_.text.empty();
}

bool PlainReader::hold_line() {
  data::Line line;
  if (!lines_->next(line)) return false;
  if (replacements(data::normalise(line.text)) != replacements(line.text))
    throw user_error("the line is not UTF-8")
        .at(line.file->string() + ":" + std::to_string(line.number))
        .hint("convert the file to UTF-8, with iconv for instance");
  const std::string place = line.file->filename().string() + ":" + std::to_string(line.number);
  for (const std::string_view part : parts_of(line.text)) held_.push_back({place, std::string(part), true});
  held_.back().text += "\n";
  return true;
}

std::string sequence_text(const PlainText& text) {
  const std::string normalised = data::normalise(text.text);
  return normalised.empty() ? "" : " " + normalised;
}

}  // namespace udrl::train
