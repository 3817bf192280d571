// Names, locks and left-overs of drafts.
#include "draft.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include "udrl/base/files.hpp"

namespace udrl {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& target) { return target.has_parent_path() ? target.parent_path() : fs::path("."); }

constexpr std::string_view mark = ".tmp-";

std::string prefix_of(const fs::path& target) {
  std::string prefix = ".";
  prefix.append(target.filename().string()).append(mark);
  return prefix;
}

/// ".NAME.tmp-NUMBER" of any name.
bool is_draft(std::string_view name) {
  const std::size_t at = name.rfind(mark);
  if (!name.starts_with('.') || at == std::string_view::npos || at < 2) return false;
  const std::string_view number = name.substr(at + mark.size());
  return !number.empty() && number.find_first_not_of("0123456789-") == std::string_view::npos;
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

template <class Choose>
void remove_left(const fs::path& folder, Choose choose) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (choose(entry->path().filename().string())) remove_if_left(entry->path());
}

void remove_left_drafts_of(const fs::path& target) {
  remove_left(folder_of(target), [prefix = prefix_of(target)](const std::string& name) {
    return is_draft(name) && name.starts_with(prefix);
  });
}

/// False where another process took it for one that was left, before it was locked.
bool lock(const Descriptor& fd) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat status {};
  return ::fstat(fd.get(), &status) != 0 || status.st_nlink > 0;
}

}  // namespace

void remove_left_drafts(const fs::path& folder) { remove_left(folder, is_draft); }

Draft open_draft(const fs::path& target) {
  remove_left_drafts_of(target);
  for (;;) {
    Draft draft{name_beside(target), Descriptor()};
    draft.fd = Descriptor(::open(draft.path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (draft.fd.get() < 0 || lock(draft.fd)) return draft;
  }
}

}  // namespace udrl
