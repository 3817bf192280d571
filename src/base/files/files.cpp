// Atomic files: a temporary file in the same folder, flushed to the disk, then renamed.
#include "udrl/base/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <ostream>
#include <streambuf>
#include <vector>

#include "draft.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/flush_folder.hpp"
#include "udrl/base/reread.hpp"

namespace udrl {
namespace fs = std::filesystem;
namespace {

constexpr char cannot_write[] = "cannot write the file";

void write_all(int fd, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw file_error(cannot_write, file, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Where bytes go, and the path that errors name.
struct OutputFile {
  int fd;
  fs::path path;
  fs::path shown_as;
};

/// A draft that is removed, whatever happens, unless it was published.
class OutputDraft {
 public:
  OutputDraft(const fs::path& target, const fs::path& shown_as) : draft_(open_draft(target)), shown_as_(shown_as) {
    if (draft_.fd.get() < 0) throw file_error(cannot_write, shown_as_, errno);
  }
  OutputDraft(const OutputDraft&) = delete;
  OutputDraft& operator=(const OutputDraft&) = delete;
  ~OutputDraft() {
    if (!published_) ::unlink(draft_.path.c_str());
  }

  OutputFile file() const { return {draft_.fd.get(), draft_.path, shown_as_}; }

  /// The draft becomes `target`.
  void publish(const fs::path& target) {
    struct stat old {};
    if (::stat(target.c_str(), &old) == 0) (void)!::fchmod(draft_.fd.get(), old.st_mode & 07777);
    if (::fsync(draft_.fd.get()) != 0) throw file_error(cannot_write, shown_as_, errno);
    if (::rename(draft_.path.c_str(), target.c_str()) != 0) throw file_error(cannot_write, shown_as_, errno);
    published_ = true;
  }

 private:
  Draft draft_;
  fs::path shown_as_;
  bool published_ = false;
};

/// A stream buffer over a file descriptor, which keeps the reason of a failed write (std::ofstream loses it).
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(const OutputFile& file) : file_(file), buffer_(std::size_t{1} << 16) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  }

  int sync() override {
    write_all(file_.fd, {pbase(), static_cast<std::size_t>(pptr() - pbase())}, file_.shown_as);
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return 0;
  }

 protected:
  int_type overflow(int_type c) override {
    sync();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

 private:
  const OutputFile& file_;
  std::vector<char> buffer_;
};

void stream_into(const OutputFile& file, const std::function<void(std::ostream&)>& write) {
  DescriptorBuffer buffer(file);
  std::ostream out(&buffer);
  out.exceptions(std::ios::badbit | std::ios::failbit);  // badbit: rethrow what the buffer threw
  write(out);
  out.flush();
}

/// A rename is on the disk only when its folder is.
void flush_folder_of(const fs::path& file) { flush_folder(file.has_parent_path() ? file.parent_path() : "."); }

using WriteInto = std::function<void(const OutputFile&)>;

/// A device or a pipe must not be replaced by a file of its name.
void write_in_place(const fs::path& file, const WriteInto& write) {
  const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0) throw file_error(cannot_write, file, errno);
  write({fd.get(), file, file});
}

void write_atomic(const fs::path& file, const WriteInto& write) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) throw file_error(cannot_write, file, EISDIR);
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored)) return write_in_place(file, write);
  const fs::path target = fs::is_symlink(file, ignored) ? fs::weakly_canonical(file) : file;
  OutputDraft draft(target, file);
  write(draft.file());
  draft.publish(target);
  flush_folder_of(target);
}

/// Whether the file, of `size` bytes, ends within a line.
bool is_torn(int fd, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

void flush_file(int fd, const fs::path& file) {
  if (::fsync(fd) != 0 && errno != EINVAL && errno != EROFS) throw file_error(cannot_write, file, errno);
}

std::string cure_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT: return "free some space and run the same command again: nothing that was there is lost";
    case EFBIG: return "raise the limit on file sizes (ulimit -f) and run the same command again";
    case ENOENT: return "check the spelling of the path";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a place that you may write to, or change its permissions";
    default: return "";
  }
}

std::string reason_of(int error_number) {
  switch (error_number) {
    case ENOSPC: return "the disk is full";
    case EDQUOT: return "the disk quota is used up";
    case EFBIG: return "the file is larger than this process may write";
    case ENOENT: return "there is no such file or folder";
    case EISDIR: return "it is a folder";
    default: return std::strerror(error_number);
  }
}

bool is_users_mistake(int error_number) {
  switch (error_number) {
    case ENOENT:
    case EISDIR:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case EROFS:
    case EEXIST:
    case ENAMETOOLONG:
    case ELOOP: return true;
    default: return false;
  }
}

constexpr std::uintmax_t longest_document = longest_document_mib << 20U;

/// 0 where it is not known before the end.
std::uintmax_t size_on_disk(const fs::path& file) {
  std::error_code error;
  const bool is_regular = fs::is_regular_file(file, error);
  const std::uintmax_t size = is_regular ? fs::file_size(file, error) : 0;
  return error ? 0 : size;
}

/// `place` is where `file` can be read.
std::string read_at_most(const fs::path& file, const fs::path& place, std::uintmax_t most_bytes) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) throw file_error("cannot read the file", file, EISDIR);
  errno = 0;
  std::ifstream in(place, std::ios::binary);
  if (!in) throw file_error("cannot read the file", file, errno);
  std::string content;
  std::string block(std::size_t{1} << 16, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    content.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (content.size() > most_bytes) throw document_too_long(file);  // a device may have no end
  }
  if (in.bad()) throw file_error("cannot read the file", file, errno);
  return content;
}

}  // namespace

/// Some file systems cannot flush a folder: not an error. A disk that fails is one: the name may be lost.
void flush_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0 && ::fsync(fd.get()) != 0 && errno == EIO) throw file_error("cannot write the folder", folder, EIO);
}

Error file_error(const std::string& what, const fs::path& file, int error_number) {
  const ErrorKind kind = is_users_mistake(error_number) ? ErrorKind::user : ErrorKind::failure;
  const std::string reason = error_number == 0 ? "unknown reason" : reason_of(error_number);
  return Error(kind, what + ": " + reason).at(file.string()).hint(cure_of(error_number));
}

Error document_too_long(const fs::path& file) {
  const std::uintmax_t size = size_on_disk(file);
  return user_error("the file is too long to be read whole")
      .at(file.string())
      .expected("at most " + std::to_string(longest_document_mib) + " MiB")
      .got(size > longest_document ? std::to_string(size) + " bytes" : "more")
      .hint("is it the right file? a list may have any length as JSON lines: jq -c '.[]' LIST.json > LIST.jsonl");
}

void check_document_length(const fs::path& file) {
  if (size_on_disk(file) > longest_document) throw document_too_long(file);
}

std::string read_file(const fs::path& file) {
  check_document_length(file);
  return read_at_most(file, rereadable_document(file), longest_document);
}

std::string read_weights(const fs::path& file) {
  return read_at_most(file, rereadable(file), std::numeric_limits<std::uintmax_t>::max());
}

void write_file_atomic(const fs::path& file, std::string_view content) {
  write_atomic(file, [&](const OutputFile& out) { write_all(out.fd, content, file); });
}

void write_file_atomic(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  write_atomic(file, [&](const OutputFile& out) { stream_into(out, write); });
}

void write_file_atomic(const fs::path& file, const std::function<void(std::ostream&)>& write,
                       const std::function<void(const fs::path&)>& prove) {
  write_atomic(file, [&](const OutputFile& out) {
    stream_into(out, write);
    prove(out.path);
  });
}

void make_file_atomic(const fs::path& file, const std::function<void(const fs::path&)>& make) {
  write_atomic(file, [&](const OutputFile& out) { make(out.path); });
}

void append_line(const fs::path& file, std::string_view line) {
  const Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (fd.get() < 0) throw file_error(cannot_write, file, errno);
  while (::flock(fd.get(), LOCK_EX) != 0 && errno == EINTR) continue;  // a file system without locks goes unlocked
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  std::string added(is_torn(fd.get(), size) ? "\n" : "");
  added.append(line).append("\n");
  try {
    write_all(fd.get(), added, file);
  } catch (const Error&) {
    if (size >= 0) (void)!::ftruncate(fd.get(), size);
    throw;
  }
  flush_file(fd.get(), file);
  flush_folder_of(file);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) throw file_error("cannot create the folder", folder, error.value());
}

}  // namespace udrl
