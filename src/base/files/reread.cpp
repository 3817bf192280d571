// Pipes and terminals, which give their bytes once, kept so that they can be read again: stages hash what they read,
// and look at the beginning of a file to know what it is. Not for: input that is answered while it comes.
#include "udrl/base/reread.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "udrl/base/descriptor.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

namespace udrl {
namespace {

namespace fs = std::filesystem;

Descriptor make_unnamed_file() {
  std::error_code ignored;
  fs::path folder = fs::temp_directory_path(ignored);
  if (folder.empty()) folder = "/tmp";
  std::string name = (folder / "udrl-pipe.XXXXXX").string();
  Descriptor made(::mkostemp(name.data(), O_CLOEXEC));
  if (made.get() < 0) throw file_error("cannot keep what comes from a pipe", name, errno);
  ::unlink(name.c_str());
  return made;
}

void write_all(int fd, const char* bytes, ssize_t n, const fs::path& from) {
  while (n > 0) {
    const ssize_t written = ::write(fd, bytes, static_cast<std::size_t>(n));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw file_error("cannot keep what comes from a pipe in " + fs::temp_directory_path().string(), from, errno);
    bytes += written, n -= written;
  }
}

/// How much of a pipe is kept, and what is thrown where more comes.
struct Limit {
  std::uint64_t most_bytes;
  Error (*too_much)(const fs::path& pipe, std::uint64_t most_bytes);
};

Error too_much_for_a_pipe(const fs::path& pipe, std::uint64_t most_bytes) {
  return user_error("more comes through a pipe than is kept of one")
      .at(pipe.string())
      .expected("at most " + std::to_string(most_bytes) + " bytes")
      .got("more")
      .hint("write it into a file, which may have any length, and name that");
}

Error too_much_for_a_document(const fs::path& pipe, std::uint64_t /*most_bytes*/) { return document_too_long(pipe); }

Descriptor copy_of(const fs::path& pipe, const Limit& limit) {
  const Descriptor from(::open(pipe.c_str(), O_RDONLY | O_CLOEXEC));
  if (from.get() < 0) throw file_error("cannot read the file", pipe, errno);
  Descriptor to = make_unnamed_file();
  std::string block(std::size_t{1} << 18, '\0');
  for (std::uint64_t bytes = 0;;) {
    const ssize_t n = ::read(from.get(), block.data(), block.size());
    if (n == 0) return to;
    if (n < 0 && errno != EINTR) throw file_error("cannot read the file", pipe, errno);
    check_stop("stopped while reading " + pipe.string(), "run the same command again");
    bytes += static_cast<std::uint64_t>(std::max<ssize_t>(n, 0));
    if (bytes > limit.most_bytes) throw limit.too_much(pipe, limit.most_bytes);
    write_all(to.get(), block.data(), n, pipe);
  }
}

/// Where reading it again gives nothing, or something else.
bool is_read_once(const fs::path& file, const struct stat& status) {
  if (S_ISFIFO(status.st_mode)) return true;
  if (!S_ISCHR(status.st_mode)) return false;
  const Descriptor device(::open(file.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return device.get() >= 0 && ::isatty(device.get()) != 0;
}

fs::path kept(const fs::path& file, const Limit& limit) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !is_read_once(file, status)) return file;
  static std::mutex mutex;
  static std::map<std::pair<dev_t, ino_t>, Descriptor> copies;  // one pipe has several names: /dev/stdin, /dev/fd/0
  const std::lock_guard lock(mutex);
  const auto key = std::pair(status.st_dev, status.st_ino);
  auto found = copies.find(key);
  if (found == copies.end()) found = copies.emplace(key, copy_of(file, limit)).first;
  return "/proc/self/fd/" + std::to_string(found->second.get());
}

}  // namespace

fs::path rereadable(const fs::path& file, std::uint64_t most_bytes) {
  return kept(file, {most_bytes, too_much_for_a_pipe});
}

fs::path rereadable_document(const fs::path& file) {
  return kept(file, {std::uint64_t{longest_document_mib} << 20U, too_much_for_a_document});
}

}  // namespace udrl
