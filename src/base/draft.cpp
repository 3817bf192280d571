// Names, locks and left-overs of drafts.
#include "draft.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>
#include <system_error>

namespace udrl {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& target) { return target.has_parent_path() ? target.parent_path() : fs::path("."); }

std::string prefix_of(const fs::path& target) {
  std::string prefix = ".";
  prefix.append(target.filename().string()).append(".tmp-");
  return prefix;
}

/// Not by process ids: two containers that share a folder may have the same.
fs::path name_beside(const fs::path& target) {
  std::random_device random;
  return target.parent_path() / (prefix_of(target) + std::to_string(random()) + std::to_string(random()));
}

void remove_if_left(const fs::path& draft) {
  const Descriptor fd(::open(draft.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() >= 0 && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(draft.c_str());
}

void remove_left_drafts(const fs::path& target) {
  const std::string prefix = prefix_of(target);
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(target), error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().starts_with(prefix)) remove_if_left(entry->path());
}

/// False where another process took it for one that was left, before it was locked.
bool lock(const Descriptor& fd) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat status {};
  return ::fstat(fd.get(), &status) != 0 || status.st_nlink > 0;
}

}  // namespace

Draft open_draft(const fs::path& target) {
  remove_left_drafts(target);
  for (;;) {
    Draft draft{name_beside(target), Descriptor()};
    draft.fd = Descriptor(::open(draft.path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (draft.fd.get() < 0 || lock(draft.fd)) return draft;
  }
}

}  // namespace udrl
