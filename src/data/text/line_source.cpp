// Lines through zlib, which passes plain files on as they are. Not for: JSON.
#include "line_source.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "encoding.hpp"
#include "udrl/base/error.hpp"

namespace udrl::data {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr std::size_t longest_line = 64u << 20;  // what has no newline for so long is not JSON Lines

bool is_compressed(const std::filesystem::path& file) { return file.extension() == ".gz"; }

Error cut_short(const std::filesystem::path& file, const std::string& why) {
  return user_error("the compressed file is truncated or damaged")
      .at(file.string())
      .got(why)
      .hint("remove it and start the stage that wrote it again, or fetch it again");
}

}  // namespace

void LineSource::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

LineSource::LineSource(std::filesystem::path file) : file_(std::move(file)), buffer_(buffer_bytes, '\0') {
  errno = 0;
  gz_.reset(gzopen(file_.c_str(), "rb"));
  if (!gz_) throw user_error("cannot open the file").at(file_.string()).got(std::strerror(errno ? errno : ENOMEM));
  gzbuffer(gz_.get(), buffer_bytes);
}

bool LineSource::fill() {
  errno = 0;
  const int got = gzread(gz_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  const int os_error = errno;
  int status = Z_OK;
  const char* why = gzerror(gz_.get(), &status);
  if (status == Z_ERRNO) throw failure("cannot read the file").at(file_.string()).got(std::strerror(os_error));
  if (got < 0 || status == Z_BUF_ERROR) throw cut_short(file_, why);
  begin_ = 0;
  end_ = static_cast<std::size_t>(got);
  if (got == 0) check_end();
  if (!begun_) begin();
  return begin_ < end_;
}

// What the first bytes tell of all that follow.
void LineSource::begin() {
  begun_ = true;
  const std::string_view head(buffer_.data(), end_);
  if (const std::string encoding = other_encoding(head); !encoding.empty()) throw not_utf8(file_, encoding);
  if (head.starts_with(byte_order_mark)) begin_ = byte_order_mark.size();
  const bool may_be_split = end_ == buffer_.size();  // \r in this buffer and its \n in the next
  const bool has_return = head.substr(0, end_ - (may_be_split ? 1 : 0)).find('\r') != std::string_view::npos;
  if (has_return && head.find('\n') == std::string_view::npos) line_end_ = '\r';
}

// A cut so early that zlib took the file for a plain one.
void LineSource::check_end() const {
  if (is_compressed(file_) && gzdirect(gz_.get())) throw cut_short(file_, "no gzip header");
}

bool LineSource::next(std::string& line) {
  line.clear();
  torn_ = false;
  while (begin_ < end_ || fill()) {
    const char* first = buffer_.data() + begin_;
    const void* newline = std::memchr(first, line_end_, end_ - begin_);
    const std::size_t n = newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - first) : end_ - begin_;
    line.append(first, n);
    begin_ += n + (newline ? 1 : 0);
    if (line.size() > longest_line) {
      throw user_error("a line is longer than 64 MiB")
          .at(file_.string() + ":" + std::to_string(number_ + 1))
          .hint("break it into lines; a file of records has one a line");
    }
    if (newline) return ++number_, true;
  }
  if (line.empty()) return false;
  torn_ = true;
  return ++number_, true;
}

}  // namespace udrl::data
