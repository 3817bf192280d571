// Writing one shard with write(2), so that a full disk is seen and undone. Not for: which shard a record goes to
// (shard_writer.cpp).
#include "shard_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "udrl/base/error.hpp"
#include "udrl/base/flush_folder.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

Error write_error(const fs::path& file, int code, const std::string& kept) {
  std::string what = "cannot write the shard",
              cure = "see to it, then run the same command again: it goes on where it stopped";
  if (code == ENOSPC || code == EDQUOT) {
    what = code == ENOSPC ? "the disk is full" : "the disk quota is used up";
    cure = "free some space, then run the same command again: it goes on where it stopped";
  } else if (code == EFBIG) {
    what = "the file is larger than the file system or a limit (ulimit -f) allows";
    cure = "raise the limit, then run the same command again: it goes on where it stopped";
  }
  return failure(what).at(file.string()).got(std::strerror(code)).hint(cure + "; " + kept);
}

Descriptor open_or_throw(const fs::path& file, int flags) {
  Descriptor fd(::open(file.c_str(), flags | O_CLOEXEC, 0666));
  if (fd.get() < 0) throw write_error(file, errno, "what was written before is kept");
  return fd;
}

// Returns how many bytes were written; fewer than asked where `error` is set.
std::size_t write_all(int fd, std::string_view bytes, int& error) {
  std::size_t done = 0;
  error = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == 0 || errno != EINTR) {
      error = n == 0 ? ENOSPC : errno;
      break;
    }
  }
  return done;
}

void sync_or_throw(int fd, const fs::path& file) {
  if (::fsync(fd) == 0 || errno == EINVAL || errno == EROFS) return;
  throw write_error(file, errno, "what was written before is kept");
}

class PlainShard : public ShardFile {
 public:
  explicit PlainShard(const fs::path& file)
      : file_(file), fd_(open_or_throw(file, O_WRONLY | O_CREAT | O_APPEND)), size_(::lseek(fd_.get(), 0, SEEK_END)) {
    flush_folder(file.parent_path());
  }

  void write(std::string& lines) override {
    int error = 0;
    const std::size_t done = write_all(fd_.get(), lines, error);
    const std::size_t last = error ? lines.rfind('\n', done == 0 ? 0 : done - 1) : lines.size() - 1;
    const std::size_t whole = lines.empty() || done == 0 || last == std::string::npos ? 0 : last + 1;
    size_ += static_cast<off_t>(whole);
    lines.erase(0, whole);
    if (error) undo_torn_line(error);
  }

  void sync() override { sync_or_throw(fd_.get(), file_); }
  void finish() override { sync(); }

 private:
  [[noreturn]] void undo_torn_line(int error) {
    const bool cut = ::ftruncate(fd_.get(), size_) == 0;
    throw write_error(file_, error,
                      cut ? "all whole lines written so far are kept" : "a torn last line is repaired then");
  }

  fs::path file_;
  Descriptor fd_;
  off_t size_;
};

// zlib's gzip header has no time and no name by default: the same records give the same bytes.
class GzipShard : public ShardFile {
 public:
  explicit GzipShard(const fs::path& file)
      : file_(file), temporary_(file.string() + ".tmp"), fd_(open_new(temporary_)) {
    constexpr int gzip_window = 15 + 16, memory_level = 8, level = 9;
    if (deflateInit2(&stream_, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw failure("zlib cannot start").at(file.string());
    }
  }
  ~GzipShard() override {
    deflateEnd(&stream_);
    if (!finished_) ::unlink(temporary_.c_str());
  }

  void write(std::string& lines) override {
    deflate_and_write(lines, Z_NO_FLUSH);
    lines.clear();
  }
  void sync() override {}

  void finish() override {
    deflate_and_write({}, Z_FINISH);
    sync_or_throw(fd_.get(), temporary_);
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) throw write_error(file_, errno, "finished shards are kept");
    finished_ = true;
    flush_folder(file_.parent_path());
  }

 private:
  /// What a killed process left goes; a link of that name is not followed.
  static Descriptor open_new(const fs::path& file) {
    ::unlink(file.c_str());
    return open_or_throw(file, O_WRONLY | O_CREAT | O_EXCL);
  }

  void deflate_and_write(std::string_view bytes, int mode) {
    check_lost();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int status = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      status = deflate(&stream_, mode);
      put(std::string_view(out_.data(), out_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0 || (mode == Z_FINISH && status != Z_STREAM_END));
  }

  void put(std::string_view bytes) {
    int error = 0;
    write_all(fd_.get(), bytes, error);
    if (error) lost_ = error;
    check_lost();
  }

  // What zlib handed out and the disk refused cannot be had again: no later call may finish this shard.
  void check_lost() const {
    if (lost_) throw write_error(file_, lost_, "finished shards are kept, this one is made again");
  }

  fs::path file_, temporary_;
  Descriptor fd_;
  z_stream stream_{};
  std::array<char, 64 * 1024> out_;
  int lost_ = 0;  // the error of a failed write
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ShardFile> append_plain_shard(const fs::path& file) { return std::make_unique<PlainShard>(file); }
std::unique_ptr<ShardFile> create_gzip_shard(const fs::path& file) { return std::make_unique<GzipShard>(file); }

}  // namespace udrl::data
