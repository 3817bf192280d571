// flock(2) on the folder itself: no lock file is left behind.
#include "udrl/base/held_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/flush_folder.hpp"

namespace udrl {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> missing_folders(const fs::path& path) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path at = path; !at.empty() && !fs::exists(at, ignored); at = at.parent_path())
    if (at.has_filename()) missing.push_back(at);  // "a/" is "a"
  return missing;
}

Error held_by_another(const fs::path& folder) {
  return user_error("another process is writing into this folder")
      .at(folder.string())
      .hint("wait for it or stop it, or choose another output folder");
}

/// False where the folder was removed or renamed since it was opened.
bool is_there(const fs::path& folder, const Descriptor& fd) {
  struct stat opened {
  }, named{};
  if (::fstat(fd.get(), &opened) != 0) return true;
  return ::stat(folder.c_str(), &named) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

Descriptor lock(const fs::path& folder) {
  for (;;) {
    make_folder(folder);
    Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 && errno == ENOENT) continue;
    if (fd.get() < 0) throw file_error("cannot open the output folder", folder, errno);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) throw held_by_another(folder);
    if (is_there(folder, fd)) return fd;
  }
}

}  // namespace

HeldFolder::HeldFolder(fs::path path) : path_(std::move(path)), made_(missing_folders(path_)), lock_(lock(path_)) {}

HeldFolder::~HeldFolder() {
  std::error_code ignored;
  // While it is locked, and only what is empty. Where it has gone, the name may be another's by now.
  for (const fs::path& folder : made_)
    if (folder != made_.front() || is_there(folder, lock_)) fs::remove(folder, ignored);
}

HeldFolder::HeldFolder(HeldFolder&& other) noexcept
    : path_(std::move(other.path_)), made_(std::exchange(other.made_, {})), lock_(std::move(other.lock_)) {}

HeldFolder& HeldFolder::operator=(HeldFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(made_, other.made_);
  std::swap(lock_, other.lock_);
  return *this;
}

void HeldFolder::rename_to(const fs::path& path) {
  std::error_code error;
  fs::rename(path_, path, error);
  if (error) throw file_error("cannot write the folder", path, error.value());
  path_ = path;
  made_.clear();
  flush_folder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace udrl
