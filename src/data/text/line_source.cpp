// Lines through zlib, which passes plain files on as they are. Not for: JSON.
#include "line_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "encoding.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/reread.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::data {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr std::size_t longest_line_mib = longest_document_mib;  // a document may be one line

bool is_compressed(const std::filesystem::path& file) { return file.extension() == ".gz"; }

Error cut_short(const std::filesystem::path& file, const std::string& why) {
  return user_error("the compressed file is truncated or damaged")
      .at(file.string())
      .got(why)
      .hint("remove it and start the stage that wrote it again, or fetch it again");
}

}  // namespace

void LineSource::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

LineSource::LineSource(std::filesystem::path file, bool live)
    : file_(std::move(file)),
      longest_line_mib_(live ? longest_json_line_mib : longest_line_mib),
      buffer_(buffer_bytes, '\0') {
  if (live && !std::filesystem::is_regular_file(file_)) open_live();
  else open_compressed();
}

void LineSource::open_compressed() {
  errno = 0;
  gz_.reset(gzopen(rereadable(file_).c_str(), "rb"));
  if (!gz_) throw user_error("cannot open the file").at(file_.string()).got(std::strerror(errno ? errno : ENOMEM));
  gzbuffer(gz_.get(), buffer_bytes);
}

// zlib would wait until its buffer is full.
void LineSource::open_live() {
  if (std::filesystem::is_directory(file_)) throw user_error("a folder, where a file is expected").at(file_.string());
  const bool is_input = file_ == "-";
  live_ =
      Descriptor(is_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (is_input) file_ = "standard input";
  if (live_.get() < 0) throw user_error("cannot open the file").at(file_.string()).got(std::strerror(errno));
}

bool LineSource::ready() const {
  if (gz_ || std::memchr(buffer_.data() + begin_, line_end_, end_ - begin_) != nullptr) return true;
  struct pollfd input {
    live_.get(), POLLIN, 0
  };
  return ::poll(&input, 1, 0) > 0;
}

bool LineSource::fill() {
  begin_ = 0;
  end_ = gz_ ? read_compressed() : read_live();
  if (end_ == 0 && gz_) check_end();
  if (!begun_) begin();
  return begin_ < end_ || (!gz_ && end_ > 0 && fill());  // a byte order mark may come alone
}

// A signal that asks to stop ends the input; whoever reads it asks for the reason.
std::size_t LineSource::read_live() {
  for (;;) {
    const ssize_t got = ::read(live_.get(), buffer_.data(), buffer_.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw failure("cannot read the file").at(file_.string()).got(std::strerror(errno));
    if (stop_requested()) return 0;
  }
}

std::size_t LineSource::read_compressed() {
  errno = 0;
  const int got = gzread(gz_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  const int os_error = errno;
  int status = Z_OK;
  const char* why = gzerror(gz_.get(), &status);
  if (status == Z_ERRNO) throw failure("cannot read the file").at(file_.string()).got(std::strerror(os_error));
  if (got < 0 || status == Z_BUF_ERROR) throw cut_short(file_, why);
  return static_cast<std::size_t>(got);
}

void LineSource::refuse_compressed(std::string_view head) const {
  if (!head.starts_with("\x1f\x8b")) return;
  throw user_error("what comes is compressed").at(file_.string()).hint("unpack it before: gzip -dc FILE | …");
}

// What the first bytes tell of all that follow.
void LineSource::begin() {
  begun_ = true;
  const std::string_view head(buffer_.data(), end_);
  if (const std::string encoding = other_encoding(head); !encoding.empty()) throw not_utf8(file_, encoding);
  if (head.starts_with(byte_order_mark)) begin_ = byte_order_mark.size();
  if (!gz_) return refuse_compressed(head);  // of a pipe these bytes may be few: they do not tell of its line ends
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
    if (line.size() > longest_line_mib_ << 20U) {
      throw user_error("a line is longer than " + std::to_string(longest_line_mib_) + " MiB")
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
