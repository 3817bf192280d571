// Lines by any line end, checked; rows of fields. Not for: bytes (line_source.cpp).
#include "udrl/data/text_lines.hpp"

#include <algorithm>

#include "encoding.hpp"
#include "line_source.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/reread.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_document = longest_document_mib << 20U;

std::string kind_of_bytes(std::string_view line) {
  if (line.starts_with("PK\x03\x04")) return "a zip archive, as .xlsx and .ods are";
  if (line.starts_with("GGUF")) return "a model";
  if (line.starts_with("PAR1")) return "a Parquet file";
  return "bytes that no text holds";
}

/// The beginning of a line that may be no UTF-8, or cut within a character.
std::string shown(const std::string& line) { return "'" + normalise(line.substr(0, 60)) + "'"; }

Error no_text(const std::string& place, std::string_view line) {
  return user_error("not a text file")
      .at(place)
      .got(kind_of_bytes(line))
      .hint("save it as text, CSV or JSON lines, in UTF-8");
}

}  // namespace

struct TextLines::Impl {
  /// What the next \n ends, without a \r before it.
  bool read() {
    at = 0;
    if (!source.next(text)) return false;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return true;
  }

  bool next(std::string& line) {
    if (at == std::string::npos && !read()) return false;
    const std::size_t end = text.find('\r', at);
    line = text.substr(at, end - at);
    at = end == std::string::npos ? end : end + 1;
    ++number;
    check(line);
    return true;
  }

  void check(const std::string& line) const {
    if (line.find('\0') != std::string::npos || line.starts_with("PK\x03\x04")) throw no_text(place(), line);
    if (is_utf8(line)) return;
    throw user_error("the line is not UTF-8")
        .at(place())
        .expected("a file in UTF-8")
        .got(shown(line))
        .hint("if it is Latin-1, convert it: " + iconv_command(source.file(), likely_encoding));
  }

  std::string place() const { return source.file().string() + ":" + std::to_string(number); }

  LineSource source;
  std::string text{};
  std::size_t at = std::string::npos;  ///< in `text`, where the next line begins; npos: it is used up
  std::uint64_t number = 0;
};

TextLines::TextLines(const fs::path& file) : impl_(std::make_unique<Impl>(Impl{LineSource(file)})) {}
TextLines::TextLines(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextLines TextLines::live(const fs::path& file) {
  return TextLines(std::make_unique<Impl>(Impl{LineSource(file, /*live=*/true)}));
}
TextLines::~TextLines() = default;
TextLines::TextLines(TextLines&&) noexcept = default;

bool TextLines::next(std::string& line) { return impl_->next(line); }
bool TextLines::ready() const { return impl_->at != std::string::npos || impl_->source.ready(); }
std::uint64_t TextLines::number() const { return impl_->number; }
std::string TextLines::place() const { return impl_->place(); }

std::string read_text(const fs::path& file) {
  check_document_length(file);  // else a document in one line would be told to break it
  rereadable_document(file);    // nor is a longer one kept that comes through a pipe
  TextLines lines(file);
  std::string text;
  for (std::string line; lines.next(line);) {
    text.append(line).append("\n");
    if (text.size() > longest_document) throw document_too_long(file);
  }
  return text;
}

std::optional<char> delimiter_of(std::string_view header, std::string_view column) {
  for (const char delimiter : {',', '\t', ';'})
    for (std::size_t at = 0; at <= header.size();) {
      const std::size_t end = std::min(header.find(delimiter, at), header.size());
      std::string title(header.substr(at, end - at));
      std::erase(title, '"');
      if (fold_case(normalise(title)) == column) return delimiter;
      at = end + 1;
    }
  return std::nullopt;
}

TableReader::TableReader(const fs::path& file, char delimiter) : lines_(file), delimiter_(delimiter) {}

bool TableReader::next(std::vector<std::string>& fields) {
  fields.clear();
  if (!lines_.next(line_)) return false;
  place_ = lines_.place();
  row_bytes_ = line_.size();
  for (std::size_t at = 0; at <= line_.size();) {
    std::string& field = fields.emplace_back();
    if (at < line_.size() && line_[at] == '"') at = read_quoted(at + 1, field);
    const std::size_t end = std::min(line_.find(delimiter_, at), line_.size());
    field.append(line_, at, end - at);
    at = end + 1;
  }
  return true;
}

/// Of a row that goes on because a quoted field does.
void TableReader::next_line_of_row() {
  if (!lines_.next(line_)) throw user_error("a quoted field does not end").at(place_).hint("close it with \"");
  row_bytes_ += line_.size() + 1;
  if (row_bytes_ > longest_document)
    throw user_error("a row with a quoted field is too long")
        .at(place_)
        .expected("at most " + std::to_string(longest_document_mib) + " MiB")
        .got("more, to line " + std::to_string(lines_.number()))
        .hint("a quote at the start of a field opens it: close it, or double those that it holds");
}

/// Appends what stands from `at` to the closing quote, and returns where it goes on in `line_`, which is then the line
/// of that quote.
std::size_t TableReader::read_quoted(std::size_t at, std::string& field) {
  for (;;) {
    const std::size_t quote = line_.find('"', at);
    field.append(line_, at, quote - at);
    if (quote == std::string::npos) {
      next_line_of_row();
      field += '\n';
      at = 0;
    } else if (line_.compare(quote, 2, "\"\"") == 0) {
      field += '"';
      at = quote + 2;
    } else {
      const bool ends = quote + 1 == line_.size() || line_[quote + 1] == delimiter_;
      if (!ends && lines_.place() != place_)
        throw user_error("a quoted field goes on over lines, and text follows its end")
            .at(place_)
            .got(shown(line_) + " in line " + std::to_string(lines_.number()))
            .hint("a quote at the start of a field opens it: close it, or double those that it holds");
      return quote + 1;
    }
  }
}

}  // namespace udrl::data
